"""Whose eyes a page is made for: which sites they see, and whether they may press. All with the same see the same."""

from typing import NamedTuple

from central.people.register import Person
from central.people.roles import SERVE
from central.web.ops.facts import Sites

_ACTS, _LOOKS, _EVERYWHERE = "+", "-", "*"


class Eyes(NamedTuple):
    """`sites`: that are seen; None: all, and what is on none."""

    sites: Sites
    may_act: bool

    @property
    def text(self) -> str:
        """As it stands in the key of a part that moves."""
        where = _EVERYWHERE if self.sites is None else ",".join(sorted(self.sites))
        return f"{_ACTS if self.may_act else _LOOKS}{where}"


def eyes_of(person: Person) -> Eyes:
    return Eyes(person.sites, person.may(SERVE))


def from_text(text: str) -> Eyes:
    where = text[1:]
    sites = None if where == _EVERYWHERE else frozenset(where.split(",")) - {""}
    return Eyes(sites, text.startswith(_ACTS))
