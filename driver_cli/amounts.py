"""The numbers that options take, such as the limits of a charge: strict decimals, converted to whole small units."""

import re
from dataclasses import dataclass
from decimal import Decimal

# Digits and a point only: no sign, exponent, separator, NaN, infinity or digit of another script.
_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.([0-9]{1,12}))?", re.ASCII)
_SHOWN_CHARACTERS = 24  # of a bad value, so that the complaint stays one readable line


@dataclass(frozen=True)
class Amount:
    """One option: `per_unit` small units make one of `unit`."""

    option: str
    unit: str
    per_unit: int
    decimals: int
    most: int
    example: str

    def parse(self, text: str) -> int:
        """The amount in small units. Raises ValueError saying what would be right."""
        number = _DECIMAL.fullmatch(text)
        decimals = number.group(1) or "" if number else ""
        if number is None or len(decimals) > self.decimals or not 0 < Decimal(text) <= self.most:
            raise ValueError(self._complaint(text))
        return int(Decimal(text) * self.per_unit)

    def spell(self, small_units: int) -> str:
        """As it would be typed: `12.5`."""
        return f"{(Decimal(small_units) / self.per_unit).normalize():f}"

    def _complaint(self, text: str) -> str:
        shown = ascii(text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "...")
        number = "a number" if self.decimals else "a whole number"
        places = f", with at most {self.decimals} decimal" if self.decimals else ""
        plural = "s" if self.decimals > 1 else ""
        comma = " (a point, not a comma)" if "," in text else ""
        return (
            f"must be {number} of {self.unit} above 0, at most {self.most}{places}{plural}{comma}, "
            f"not {shown}; for example {self.option} {self.example}"
        )


# The limits lie beyond any real charge. Small units: Wh, seconds, hundredths of the currency. A tenth of a minute
# is a whole number of seconds.
KWH = Amount("--kwh", "kWh", 1000, 3, 1000, "12.5")
MINUTES = Amount("--minutes", "minutes", 60, 1, 7 * 24 * 60, "90")
MONEY = Amount("--money", "currency units", 100, 2, 10_000, "15.50")
WAIT = Amount("--wait", "seconds", 1000, 1, 3600, "30")
LISTED = Amount("--limit", "charges", 1, 0, 200, "5")  # the API lists no more

# The API's name of each limit.
LIMITS: dict[str, Amount] = {"max_energy_wh": KWH, "max_duration_s": MINUTES, "max_cost_minor": MONEY}


def as_typed(limits: dict[str, int]) -> str:
    """The options that set these limits: `--kwh 12.5 --money 5`; empty for none."""
    return " ".join(f"{LIMITS[name].option} {LIMITS[name].spell(value)}" for name, value in limits.items())
