"""Time zones by their IANA names, as people type them. Which there are this machine's time zone database says."""

from difflib import get_close_matches
from zoneinfo import available_timezones

# Names in the database that depend on the machine, or say that nobody has chosen.
_NONE_OF_OURS = frozenset({"Factory", "localtime"})


def time_zone(text: str) -> str:
    """The name as the database has it. Raises ValueError, which names the nearest one."""
    names = available_timezones() - _NONE_OF_OURS
    if text in names:
        return text
    near = _nearest(text, names)
    hint = f"did you mean {near}?" if near else "for example Europe/Berlin"
    raise ValueError(f"must be the IANA name of a time zone, not {text[:40]!a}; {hint}")


def _nearest(text: str, names: "frozenset[str] | set[str]") -> str | None:
    """By the whole name, or by its last part alone, such as a city's."""
    typed = text.strip().replace(" ", "_").casefold()
    # The shorter name of two that look alike: Europe/Berlin, and not an old alias.
    known = {name.casefold(): name for name in sorted(names, key=lambda name: (-len(name), name))}
    cities = {name.rpartition("/")[2]: name for name in known}
    whole = get_close_matches(typed, known, 1, 0.8)
    city = get_close_matches(typed.rpartition("/")[2], cities, 1, 0.75)
    found = whole[0] if whole else cities[city[0]] if city else None
    return None if found is None else known[found]
