"""Names that are no setting but nearly one, such as CURENCY: whoever wrote it believes that it counts."""

import difflib
from collections.abc import Collection, Iterable, Iterator

# How alike two names are, from 0 to 1 (difflib's ratio). A `.env` is there for us; the environment is full of names
# that are other programs' business, so less is told there.
NEAR_IN_FILE = 0.8
NEAR_IN_ENVIRONMENT = 0.85


def misspelt(names: Iterable[str], known: Collection[str], near: float) -> Iterator[tuple[str, str]]:
    """Each of `names` that is near to a known one and is none, with the nearest known one."""
    for name in names:
        # CP_PLAIN_PORT is a board's and no PLAIN_PORT: other beginnings are other names, not slips.
        like = [each for each in known if each[0] == name[:1].upper()]
        if name not in known and (meant := difflib.get_close_matches(name.upper(), like, 1, near)):
            yield name, meant[0]
