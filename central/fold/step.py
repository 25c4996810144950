"""The argument of every handler: a record, the rows of its key, the terms, and the messages it emits."""

from collections.abc import Callable
from dataclasses import dataclass, field

from wire.kinds.log import KINDS

from central.model.ids import caused_by
from central.model.records import Incoming, Message, Outgoing
from central.model.rows import Rows
from central.model.terms import Terms


@dataclass(frozen=True)
class Step:
    """One record being folded."""

    rows: Rows
    incoming: Incoming
    terms: Terms
    outgoing: list[Outgoing] = field(default_factory=list[Outgoing])

    @property
    def message(self) -> Message:
        return self.incoming.message

    @property
    def key(self) -> str:
        return self.incoming.key

    @property
    def at_ms(self) -> int:
        """The record's time, the only clock of a fold."""
        return self.incoming.at_ms

    def emit(self, name: str, fields: Message, *parts: object) -> None:
        """Add a message of this kind, for its own topic and key. `parts` keep two of one kind and cause apart."""
        kind = KINDS[name]
        message = {"type": name, "message_id": caused_by(self.incoming, name, *parts)}
        message.update({field: value for field, value in fields.items() if value is not None})
        self.outgoing.append(Outgoing(kind.topic, message[kind.key], message))


Handler = Callable[[Step], None]
