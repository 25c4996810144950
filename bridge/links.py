"""The life of links: opened by a logged registration, accepted or not by Central, ended by silence or a newer one."""

import logging
import uuid
from collections import deque

from bridge import twins
from bridge.counters import Counters
from bridge.decisions import Message, Register
from bridge.notices import Notices
from bridge.peer import Peer
from bridge.registry import Link, Registry
from bridge.turned_away import TurnedAway
from bridge.twins import Twins

MAX_ENDED_REMEMBERED = 1_000

logger = logging.getLogger(__name__)


class Links:
    def __init__(self, notices: Notices, counters: Counters) -> None:
        self._notices = notices
        self._counters = counters
        self._registry: Registry[Peer] = Registry()
        self._ended: deque[str] = deque(maxlen=MAX_ENDED_REMEMBERED)
        self._twins = Twins()
        self._turned_away = TurnedAway()

    # --- registrations ---

    def why_not(self, registered: Register, now_s: float) -> str | None:
        """Why this registration is refused without asking Central; None where it goes to the log."""
        if self._twins.refused(registered.append.key, now_s):
            return twins.FAULT
        return self._turned_away.reason(registered, now_s)

    def turn_away(self, line: Peer, registered: Register, reason: str) -> None:
        """Refuses it, unlogged and unacked."""
        self._counters.count("registrations_turned_away")
        cp_id = registered.append.key
        line.send(_refusal(cp_id, str(uuid.uuid4()), reason))
        line.conversation.forget(cp_id, str(registered.append.message_id))
        _close_unused(line, reason)

    def open(self, line: Peer, registered: Register, now_s: float) -> None:
        """The registration is in the log. The charge point's older link on this line ends after the new one begins,
        so that Central sees no gap between them.
        """
        cp_id = registered.append.key
        link = Link(cp_id, str(uuid.uuid4()), line, registered, heard_at_s=now_s)
        replaced = self._registry.open(link)
        link_up = _notice("link_up", link) | {"registration": registered.append.message_id}
        self._notices.tell(cp_id, link_up if registered.board is None else link_up | {"board": registered.board})
        logger.info("%s registered on line %s, link %s", cp_id, line.name, link.link_id)
        if replaced is not None:
            self._tell_ended(replaced, "registered again")
            if replaced.registered.speaker != registered.speaker:
                self._took_over(replaced, link, now_s)

    # --- Central's answers ---

    def answered(self, cp_id: str, link_id: str, now_s: float, *, accepted: bool) -> Link[Peer] | None:
        """A register_response for `link_id` came by: the link it goes to, None if that is not one of ours.

        Accepting a link, here or at another bridge, ends the one that held the charge point before.
        """
        link = self._registry.link(link_id)
        holder = self._registry.holder(cp_id)
        # The log may repeat the answer to a link that ended here: it says nothing about its successor.
        if accepted and holder is not None and holder is not link and link_id not in self._ended:
            self._counters.count("links_replaced")
            if self._took_over(holder, link, now_s):
                return None
            self.leave(holder, "replaced")
        if accepted and link is not None:
            self._turned_away.accepted(link.registered)
            self._registry.accept(link)
        return link

    def refused(self, link: Link[Peer], reason: str, now_s: float) -> None:
        self._counters.count("links_refused")
        self._turned_away.refused(link.registered, reason, now_s)
        self.leave(link, "not accepted")

    # --- twins ---

    def _took_over(self, holder: Link[Peer], taker: Link[Peer] | None, now_s: float) -> bool:
        """Whether these are twins: then neither has the charge point. `taker`: None for one at another bridge."""
        cp_id, speaker = holder.cp_id, "" if taker is None else taker.registered.speaker
        if not self._twins.took_over(cp_id, holder.registered.speaker, speaker, now_s):
            return False
        other = "another bridge" if taker is None else taker.line.name
        where = f"two boards register as {cp_id}, on {holder.line.name} and on {other}: one needs an id of its own"
        logger.error("%s", where)
        self._counters.count("twins_parted")
        fault: Message = {"type": "fault_notification", "message_id": str(uuid.uuid4()), "id": cp_id}
        self._notices.tell(cp_id, fault | {"fault": twins.FAULT, "failure_info": where})
        for link in (holder, taker):
            if link is not None:
                link.line.send(_refusal(cp_id, link.link_id, twins.FAULT))
                self.leave(link, twins.FAULT)
        return True

    def end_calm(self, now_s: float) -> None:
        """Tells that the fault of twins is over where nobody has taken the charge point for long."""
        for cp_id in self._twins.calmed(now_s):
            recovery: Message = {"type": "recovery_notification", "message_id": str(uuid.uuid4()), "id": cp_id}
            self._notices.tell(cp_id, recovery | {"fault": twins.FAULT})

    # --- ends ---

    def leave(self, link: Link[Peer], reason: str) -> None:
        """Ends the link, and its line too where that carried nothing else."""
        self.end(link, reason)
        _close_unused(link.line, reason)

    def end(self, link: Link[Peer], reason: str) -> None:
        """Again does nothing: the very answer that refuses a link may have been one too many for its line."""
        if self._registry.end(link):
            link.line.conversation.forget(link.cp_id, str(link.registered.append.message_id))
            self._tell_ended(link, reason)

    def _tell_ended(self, link: Link[Peer], reason: str) -> None:
        self._ended.append(link.link_id)
        self._notices.tell(link.cp_id, _notice("link_down", link) | {"reason": reason})
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


def _close_unused(line: Peer, reason: str) -> None:
    if not line.kind.shared and not line.conversation.has_registered():
        line.close(reason)


def _refusal(cp_id: str, link_id: str, reason: str) -> Message:
    answer: Message = {"type": "register_response", "cp_id": cp_id, "link_id": link_id, "reason": reason}
    return answer | {"accepted": False, "in_service": False}


def _notice(kind: str, link: Link[Peer]) -> Message:
    return {"type": kind, "message_id": str(uuid.uuid4()), "cp_id": link.cp_id, "link_id": link.link_id}
