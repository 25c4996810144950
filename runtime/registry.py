"""The tables of settings. Each part has one, in its own `settings.py`, and a row registers itself there.

This package knows no part. A part names its table in pyproject.toml under `wattline.settings`, and `gathered` finds
it there. So every program judges all settings, and one `.env` is right or wrong for all of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")
ENTRY_POINTS = "wattline.settings"


class SettingError(ValueError):
    """A setting that cannot be used; its text is one line naming it, what was wrong, and an example."""


@dataclass(frozen=True, eq=False)
class Setting(Generic[T]):
    """One row: `parse` turns text into the value, or raises ValueError saying what would be right."""

    name: str
    parse: Callable[[str], T]
    default: str
    example: str
    help: str
    secret: bool = False  # its value may carry a password
    is_password: bool = False  # its value is one: nothing of it is shown


class Values(Protocol):
    """The value of each setting."""

    def __getitem__(self, setting: Setting[T], /) -> T: ...


Rule = Callable[[Values], str | None]
"""What settings must be together: the complaint, which names them with an example, or None."""


class Table:
    """The settings of one part. `title`: its heading in the docs."""

    def __init__(self, part: str, title: str) -> None:
        self.part = part
        self.title = title
        self.rows: list[Setting[Any]] = []
        self.rules: list[Rule] = []
        _tables[part] = self

    def row(
        self, name: str, parse: Callable[[str], T], default: str, example: str, meaning: str, *,
        secret: bool = False, is_password: bool = False,
    ) -> Setting[T]:  # fmt: skip
        """A new row. Raises SettingError where another row has this name."""
        if any(name == row.name for table in _tables.values() for row in table.rows):
            raise SettingError(f"{name} is declared twice; {self.part} must name its setting otherwise")
        setting = Setting(name, parse, default, example, meaning, secret, is_password)
        self.rows.append(setting)
        return setting

    def rule(self, rule: Rule) -> Rule:
        self.rules.append(rule)
        return rule

    def rising(self, low: Setting[float], high: Setting[float], otherwise: str) -> None:
        """A rule: `low` is less than `high`; `otherwise` says what would happen."""

        def complaint(values: Values) -> str | None:
            if values[low] < values[high]:
                return None
            return (
                f"{low.name}={values[low]:g} must be less than {high.name}={values[high]:g}, or {otherwise}; "
                f"for example {low.name}={low.default} {high.name}={high.default}"
            )

        self.rule(complaint)

    def at_least(self, high: Setting[float], times: int, low: Setting[float], otherwise: str) -> None:
        """A rule: `high` is at least `times` times `low`; `otherwise` says what would happen."""

        def complaint(values: Values) -> str | None:
            if values[high] >= times * values[low]:
                return None
            return (
                f"{high.name}={values[high]:g} must be at least {times} times {low.name}={values[low]:g}, "
                f"or {otherwise}; "
                f"for example {low.name}={low.default} {high.name}={high.default}"
            )

        self.rule(complaint)


_tables: dict[str, Table] = {}


def gathered() -> Sequence[Table]:
    """The tables of all installed parts, that of `runtime` first, the others by the part's name."""
    _load_parts()
    return sorted(_tables.values(), key=lambda table: (table.part != "runtime", table.part))


@cache  # finding what is installed takes milliseconds
def _load_parts() -> None:
    for point in metadata.entry_points(group=ENTRY_POINTS):
        point.load()


def rows() -> Sequence[Setting[Any]]:
    return [row for table in gathered() for row in table.rows]
