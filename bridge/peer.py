"""What a line is to rules, links, health checks and the switchboard: a peer that says and hears whole messages.

How messages become bytes, and how much of either waits, is the line's own business (`lines/framed.py` for frames). A
kind of line without frames is one more class with these members, in a file of its own in `lines/`.
"""

from typing import NamedTuple, Protocol

from bridge.conversation import Conversation
from bridge.decisions import Message


class LineKind(NamedTuple):
    """`shared`: it carries several charge points and outlives each of them, so that it is never closed for one's sake.
    `must_register`: it may not stay open for long without a charge point. `budget`: whose places it takes.
    """

    shared: bool
    must_register: bool
    budget: str


BOARDS, PLAIN, UNLIMITED = "boards", "plain", "unlimited"  # budgets


class Peer(Protocol):
    """`address`: of the other side, where it has one that others could share; lines of one address share a budget.
    `heard_at_s`: when it last said something, by the event loop's clock.
    """

    name: str
    kind: LineKind
    address: str
    conversation: Conversation
    closed: bool
    heard_at_s: float

    def take_in_flight(self, *, reliable: bool) -> bool:
        """A message of this line waits for the log from now on; False where a lossy one has to be dropped.

        `give_back` must follow. A line of which enough waits is read no further.
        """
        ...

    def give_back(self, *, reliable: bool) -> None: ...

    def held_back(self) -> bool:
        """Whether it waits for the log, and is not silent of its own accord."""
        ...

    def ack(self, message_id: str) -> None:
        """The log has this message."""
        ...

    def send(self, message: Message) -> bool:
        """Without waiting. False where it cannot be said on this line, or the line is closed."""
        ...

    def holds_what_expired(self) -> bool:
        """Whether a command that was sent lies in it, unread, beyond its time."""
        ...

    def await_answer(self) -> None:
        """Something that it asked will be answered: it stays open until `answered`, though it says no more."""
        ...

    def answered(self) -> None: ...

    def stop_reading(self) -> None:
        """For good: what was not taken yet is not acked, and will be said again elsewhere."""
        ...

    def close(self, reason: str) -> None:
        """What was sent still goes out, unless the other side does not read. Again does nothing."""
        ...


class Listener(Protocol):
    """Whom a line tells what happens on it: the switchboard."""

    def admit(self, line: Peer) -> bool:
        """Whether it may stay. Where not, what carries it is closed, and it says nothing."""
        ...

    def hear(self, line: Peer, payload: bytes) -> None: ...

    def closed(self, line: Peer, reason: str) -> None:
        """Once."""
        ...
