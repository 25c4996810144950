"""What a field of a message may be: its sort, its bounds, and the groups of fields that several kinds share."""

from collections import namedtuple

from wire.ids import ID_MAX, MAX_N

TYPE_CHECKING = False
if TYPE_CHECKING:  # what it looks like; MicroPython has no typing to say so

    class Field:
        """One field: `sort` is a key of check.SORTS; low, high: bounds of a number, of a text's or a list's length."""

        def __init__(self, name: str, sort: str, required: bool, low: int, high: int, choices: "tuple[str, ...]"):
            self.name = name
            self.sort = sort
            self.required = required
            self.low = low
            self.high = high
            self.choices = choices

else:  # takes half the heap of such an object, and a board has a hundred
    Field = namedtuple("Field", ("name", "sort", "required", "low", "high", "choices"))

PRICE_MAX = 1000  # currency units per kWh: a typing error, not a tariff, lies beyond
ENERGY_MAX_WH = MAX_N
TIME_MIN_MS = 1577836800000  # 2020-01-01: before it lies no charge of ours, and every clock that was never set
TIME_MAX_MS = 4102444800000  # 2100-01-01


def must(name: str, sort: str, low: int = 0, high: int = 0, choices: "tuple[str, ...]" = ()) -> Field:
    return Field(name, sort, True, low, high, choices)


def may(name: str, sort: str, low: int = 0, high: int = 0, choices: "tuple[str, ...]" = ()) -> Field:
    return Field(name, sort, False, low, high, choices)


def choice(name: str, choices: "tuple[str, ...]") -> Field:
    return must(name, "choice", 0, 0, choices)


def must_id(name: str) -> Field:
    return must(name, "id", 1, ID_MAX)


def may_id(name: str) -> Field:
    return may(name, "id", 1, ID_MAX)


def must_count(name: str, low: int = 0, high: int = MAX_N) -> Field:
    return must(name, "int", low, high)


def may_count(name: str, low: int = 0, high: int = MAX_N) -> Field:
    return may(name, "int", low, high)


def must_time(name: str) -> Field:
    return must(name, "int", TIME_MIN_MS, TIME_MAX_MS)


def may_time(name: str) -> Field:
    return may(name, "int", TIME_MIN_MS, TIME_MAX_MS)


# When a board says something happened: its clock where Central set it, else its uptime and which boot it was.
STAMP = (may_time("occurred_at_ms"), may_count("uptime_ms", 0, 1 << 50), may_count("boot"))
