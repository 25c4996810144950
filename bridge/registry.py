"""Who is where: which line carries which charge point, under which link. No I/O."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from bridge.decisions import Register

LineT = TypeVar("LineT")


@dataclass(slots=True, eq=False)
class Link(Generic[LineT]):
    """One registration of a charge point on a line. `accepted`: Central said so, and commands may go there."""

    cp_id: str
    link_id: str
    line: LineT
    registered: Register
    heard_at_s: float
    accepted: bool = False


class Registry(Generic[LineT]):
    """The links of all lines. A charge point has at most one link per line, and at most one accepted link."""

    def __init__(self) -> None:
        self._by_id: dict[str, Link[LineT]] = {}
        self._by_line: dict[LineT, dict[str, Link[LineT]]] = {}
        self._holders: dict[str, Link[LineT]] = {}

    def open(self, link: Link[LineT]) -> Link[LineT] | None:
        """Takes the link up; the link it replaces on its own line, if there was one, has ended."""
        links = self._by_line.setdefault(link.line, {})
        replaced = links.get(link.cp_id)
        if replaced is not None:
            self.end(replaced)
        self._by_line.setdefault(link.line, {})[link.cp_id] = link
        self._by_id[link.link_id] = link
        return replaced

    def accept(self, link: Link[LineT]) -> None:
        link.accepted = True
        self._holders[link.cp_id] = link

    def end(self, link: Link[LineT]) -> bool:
        """False, and nothing happens, where it has ended before."""
        if self._by_id.pop(link.link_id, None) is None:
            return False
        links = self._by_line[link.line]
        del links[link.cp_id]
        if not links:
            del self._by_line[link.line]
        if self._holders.get(link.cp_id) is link:
            del self._holders[link.cp_id]
        return True

    def link(self, link_id: str) -> Link[LineT] | None:
        return self._by_id.get(link_id)

    def holder(self, cp_id: str) -> Link[LineT] | None:
        """The accepted link of a charge point."""
        return self._holders.get(cp_id)

    def on_line(self, line: LineT, cp_id: str) -> Link[LineT] | None:
        return self._by_line.get(line, {}).get(cp_id)

    def carries(self, line: LineT) -> bool:
        """Whether there is any link on this line."""
        return line in self._by_line

    def links_of(self, line: LineT) -> list[Link[LineT]]:
        return list(self._by_line.get(line, {}).values())

    def silent_since(self, at_s: float) -> list[Link[LineT]]:
        """The links of which nothing was heard after `at_s`."""
        return [link for link in self._by_id.values() if link.heard_at_s < at_s]
