"""Maintenance: a charge ends and is told, then the board starts anew with its flag up, and files may be replaced."""

from chargepoint.ticks import ticks_diff

TOLD_WITHIN_MS = 5000  # how long the restart waits for acks; what is not acked by then is kept, and said afterwards


class Maintenance:
    """engine: None on a monitor's board, which has no charge to end."""

    def __init__(self, platform, journal, engine):
        self._platform = platform
        self._journal = journal
        self._engine = engine
        self._wanted = False
        self._begun_at = None

    def ask(self):
        """For whoever stands at the board. Central asks by a command of the engine's."""
        self._wanted = True
        if self._engine is not None:
            self._engine.leave()

    def step(self, now):
        """Does not return where it is time: the board starts anew. Raises OSError where the flash does."""
        engine = self._engine
        if not (self._wanted or (engine is not None and engine.leaving)):
            return
        if self._begun_at is None:
            self._begun_at = now
        if engine is not None and engine.under_way() is not None:
            return
        if self._journal.entries and ticks_diff(now, self._begun_at) < TOLD_WITHIN_MS:
            return
        self._platform.relay(False)
        self._platform.set_maintenance(True)
        self._platform.reset()
