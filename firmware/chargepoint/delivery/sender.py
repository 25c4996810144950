"""How a part of a board tells something: `keep` journals what must arrive, `say` sends what may be lost."""

from wire.frame import payload_of


class Sender:
    """`journal`, `clock`, and `outbox`, which sends the journal: None where another part of this board does that."""

    def __init__(self, journal, clock, outbox=None):
        self.journal = journal
        self.clock = clock
        self.outbox = outbox
        self.flash = journal.flash
        self.board = journal.board
        self.cp_id = journal.cp_id

    def keep(self, kind, fields):
        """Stamped with the time; its n, or None where the journal has no room for it."""
        return self.journal.append(kind, fields, self.clock.stamp())

    def say(self, link, kind, fields, message_id=None):
        """message_id: of the message that this answers. False where the link has no room."""
        message = {"type": kind, "message_id": message_id or self.journal.lossy_id()}
        message.update(fields)
        return link.send(payload_of(message))
