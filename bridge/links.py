"""The life of links: opened by a logged registration, accepted or not by Central, ended by silence or a newer one."""

import logging
import uuid
from collections import deque

from bridge.counters import Counters
from bridge.decisions import Message, Register
from bridge.notices import LinkNotices
from bridge.peer import Peer
from bridge.registry import Link, Registry

MAX_ENDED_REMEMBERED = 1_000

logger = logging.getLogger(__name__)


class Links:
    def __init__(self, notices: LinkNotices, counters: Counters) -> None:
        self._notices = notices
        self._counters = counters
        self._registry: Registry[Peer] = Registry()
        self._ended: deque[str] = deque(maxlen=MAX_ENDED_REMEMBERED)

    def open(self, line: Peer, registered: Register, now_s: float) -> None:
        """The registration is in the log. The charge point's older link on this line ends after the new one begins,
        so that Central sees no gap between them.
        """
        cp_id, registration = registered.append.key, str(registered.append.message_id)
        link = Link(cp_id, str(uuid.uuid4()), line, registration, heard_at_s=now_s)
        replaced = self._registry.open(link)
        link_up = _notice("link_up", link) | {"registration": registration}
        self._notices.tell(link_up if registered.board is None else link_up | {"board": registered.board})
        logger.info("%s registered on line %s, link %s", cp_id, line.name, link.link_id)
        if replaced is not None:
            self._tell_ended(replaced, "registered again")

    def answered(self, cp_id: str, link_id: str, *, accepted: bool) -> Link[Peer] | None:
        """A register_response for `link_id` came by: the link it goes to, None if that is not one of ours.

        Accepting a link, here or at another bridge, ends the one that held the charge point before.
        """
        link = self._registry.link(link_id)
        holder = self._registry.holder(cp_id)
        # The log may repeat the answer to a link that ended here: it says nothing about its successor.
        if accepted and holder is not None and holder is not link and link_id not in self._ended:
            self._counters.count("links_replaced")
            self.leave(holder, "replaced")
        if accepted and link is not None:
            self._registry.accept(link)
        return link

    def refused(self, link: Link[Peer]) -> None:
        self._counters.count("links_refused")
        self.leave(link, "not accepted")

    def leave(self, link: Link[Peer], reason: str) -> None:
        """Ends the link, and its line too where that carried nothing else."""
        self.end(link, reason)
        if not link.line.kind.shared and not self._registry.carries(link.line):
            link.line.close(reason)

    def end(self, link: Link[Peer], reason: str) -> None:
        """Again does nothing: the very answer that refuses a link may have been one too many for its line."""
        if self._registry.end(link):
            link.line.conversation.forget(link.cp_id, link.registration)
            self._tell_ended(link, reason)

    def _tell_ended(self, link: Link[Peer], reason: str) -> None:
        self._ended.append(link.link_id)
        self._notices.tell(_notice("link_down", link) | {"reason": reason})
        logger.info("link %s of %s ended: %s", link.link_id, link.cp_id, reason)

    def line_closed(self, line: Peer, reason: str) -> None:
        for link in self._registry.links_of(line):
            self.end(link, reason)

    def any_of(self, line: Peer) -> bool:
        """Whether it carries a charge point that registered."""
        return self._registry.carries(line)

    def line_of(self, cp_id: str) -> Peer | None:
        """Where commands for this charge point go."""
        holder = self._registry.holder(cp_id)
        return None if holder is None else holder.line

    def holds(self, cp_id: str, link_id: str | None) -> bool:
        """Whether a command for this charge point, or for this one link of it, would go to a line here."""
        return (self._registry.holder(cp_id) if link_id is None else self._registry.link(link_id)) is not None

    def heard(self, line: Peer, cp_id: str, now_s: float) -> None:
        link = self._registry.on_line(line, cp_id)
        if link is not None:
            link.heard_at_s = now_s

    def end_silent(self, now_s: float, silent_after_s: float) -> None:
        """A line that waits for the log is not read, and its charge points are not silent of their own accord."""
        for link in self._registry.silent_since(now_s - silent_after_s):
            if link.line.held_back():
                link.heard_at_s = now_s
            else:
                self._counters.count("links_silent")
                self.end(link, "silent")


def _notice(kind: str, link: Link[Peer]) -> Message:
    return {"type": kind, "message_id": str(uuid.uuid4()), "cp_id": link.cp_id, "link_id": link.link_id}
