"""What is kept of a charge: its checkpoint on flash, its messages in the journal.

The order of writing makes a power cut between any two writes harmless: Central is told nothing that the flash does not
hold, and each end exactly once. Each pass of the loop costs one file; what follows waits for the next.
"""

from chargepoint.engine.ending import Ending, after_power_loss
from chargepoint.ticks import ticks_diff

_CHECKPOINT = "meter_checkpoint"  # not told any more of a charge that is over: its completion says all


class Books:
    """`session`: the charge that runs, a session.Session; `ending`: the one that is over and not journaled yet."""

    def __init__(self, settings, sender, meter, memory, checkpoint):
        self.session = None
        self.ending = None
        self._cp_id = settings.cp_id
        self._flash_ms = settings.flash_interval_ms
        self._report_ms = settings.checkpoint_interval_ms
        self._sender = sender
        self._clock = sender.clock
        self._meter = meter
        self._memory = memory
        self._checkpoint = checkpoint
        self._flashed_at = self._reported_at = 0
        self._to_tell = None  # (kind, fields): of the register that the checkpoint holds

    def boot(self):
        """The charge that a power cut ended is completed from its checkpoint, if it was not. True if there was one."""
        if self._checkpoint.session is None:
            return False
        self.ending = after_power_loss(self._checkpoint, self._sender.journal)
        if self.ending is None:
            self._write()  # or a later boot would complete it once more, when its completion is acked and gone
            return False
        if self.ending.session_id not in self._memory.sessions:
            self._memory.remember_session(self.ending.session_id)
        while self.complete(0):
            pass
        return True

    def session_id(self):
        return None if self.session is None else self.session.session_id

    def running(self):
        """The session, in states whose table admits no other case."""
        assert self.session is not None
        return self.session

    def energy_wh(self):
        """Of the charge that runs."""
        return 0 if self.session is None else self.session.energy_wh(self._meter.register_wh)

    def under_way(self):
        """The session whose energy the register may still gain; None between charges."""
        return self.session_id() if self.ending is None else self.ending.session_id

    def begin(self, session):
        self.session = session
        self._write()

    def relay_operations(self):
        """How often the relay has closed in this board's life."""
        return self._checkpoint.relay_operations

    def close(self):
        """The relay is about to close."""
        self._checkpoint.relay_operations += 1
        self.running().close(self._meter.register_wh, self._clock.time_ms())
        self._write()
        self._flashed_at = self._reported_at = self._clock.now
        self._to_tell = self._register("charge_started")

    def keep(self, now):
        """In mid-charge, on every pass. What is told was written in an earlier one, since after a power cut no register
        may lie below one that was told.
        """
        is_due = ticks_diff(now, self._reported_at) >= self._report_ms
        if self._tell():
            return
        if is_due or ticks_diff(now, self._flashed_at) >= self._flash_ms:
            self._flashed_at = now
            self._write()
        if is_due:
            self._reported_at = now
            self._to_tell = self._register(_CHECKPOINT)

    def end(self, cause):
        """The relay has opened, or never closed: nothing is written now. cause: (reason, fault)."""
        if self._to_tell is not None and self._to_tell[0] == _CHECKPOINT:
            self._to_tell = None
        session = self.running()
        end_register_wh = None if session.relay_closed else session.start_register_wh
        self.ending = Ending(session.record(), session.meter_id, cause, self._clock.time_ms(), end_register_wh)
        self.session = None

    def all_read(self):
        """A window saw the relay open all along, so that the register holds all that flowed before."""
        if self.ending is not None:
            self.ending.read = True

    def complete(self, gap_ms):
        """Journal the end once its last windows are in; again and again should the journal be full.

        gap_ms: how long no window has come. Whether it has got any further.
        """
        ending = self.ending
        if ending is None or not ending.settled(gap_ms):
            return False
        if ending.told:
            self.ending = None
            self._write()
        elif not (self._tell() or self._checkpoint.keep_register(self._meter)):
            fields = ending.completion(self._cp_id, self._meter.register_wh)
            fields["relay_operations"] = self.relay_operations()
            ending.told = self._sender.keep("charge_completion", fields) is not None
            return ending.told
        return True

    def raise_register(self, meter_id, register_wh):
        """Take Central's figure, where it is of this meter and larger; not during a charge, which would be billed."""
        if self.under_way() is None and meter_id == self._meter.meter_id and self._meter.raise_to(register_wh):
            self._write()

    def _write(self):
        record = None if self.session is None else self.session.record()
        self._checkpoint.write(self._meter, record, self._clock.time_ms())

    def _register(self, kind):
        register = {
            "cp_id": self._cp_id, "session_id": self.session_id(), "meter_id": self._meter.meter_id,
            "register_wh": self._checkpoint.register_wh,
        }
        if self.running().estimated:
            register["estimated"] = True
        return kind, register

    def _tell(self):
        """True where there was something to tell."""
        if self._to_tell is None:
            return False
        self._sender.keep(*self._to_tell)
        self._to_tell = None
        return True
