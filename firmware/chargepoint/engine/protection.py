"""When the relay must open by itself: one row per protection. A new protection is one new row.

Everything counts window time (the sums of `duration_ms`), which is the time of the current that was measured.
The figures are those used in the field. Residual current, protective earth and short circuit are not measured here;
the breaker and the residual current device upstream are for those.
"""

from collections import namedtuple

from chargepoint import faults

INRUSH_MS = 500  # after closing, a charger's filters draw many times their current
WELD_SETTLE_MS = 300  # after opening, until contacts and filters are quiet
WELD_CURRENT_MA = 1000
TOO_HOT_MC = 71000
COOL_AGAIN_MC = 62000
_CLEAR_MS = 30000  # how long the cause must be gone before the fault ends, so that a bad car does not hammer the relay

# trips, clears: of a Reading, whether it holds; for how long in ms. latched: only reset_fault ends it.
# blanked: not judged in the first INRUSH_MS after closing.
Row = namedtuple("Row", ("fault", "trips", "hold_ms", "clears", "clear_ms", "latched", "blanked"))


class Reading:
    """What one window says. clipped: how many samples; temperature_mc and feedback may be None.

    relay: whether it was closed all along, None where it moved. closed_ms, open_ms: for how long before this window.
    """

    def __init__(self):
        self.window_ms = 0
        self.current_ma = 0
        self.limit_ma = 0
        self.clipped = 0
        self.temperature_mc = None
        self.feedback = None
        self.relay = False
        self.closed_ms = 0
        self.open_ms = 0


def _over_current(r):
    return r.current_ma * 10 > (r.limit_ma + 500) * 11


def _far_over_current(r):
    return not r.clipped and r.current_ma * 2 > r.limit_ma * 3


def _clipped(r):
    return r.clipped > 0


def _too_hot(r):
    return r.temperature_mc is not None and r.temperature_mc >= TOO_HOT_MC


def _cool(r):
    return r.temperature_mc is None or r.temperature_mc <= COOL_AGAIN_MC


def _welded(r):
    if r.relay is not False or r.open_ms < WELD_SETTLE_MS:
        return False
    return r.feedback is True or r.current_ma > WELD_CURRENT_MA


def _not_closing(r):
    return r.relay is True and r.feedback is False


def _not(condition):
    return lambda r: not condition(r)


ROWS = (
    Row(faults.OVER_CURRENT, _over_current, 7000, _not(_over_current), _CLEAR_MS, False, False),
    Row(faults.OVER_CURRENT_FAST, _far_over_current, 100, _not(_far_over_current), _CLEAR_MS, False, True),
    Row(faults.CLIPPED, _clipped, 500, _not(_clipped), _CLEAR_MS, False, True),
    Row(faults.OVER_TEMPERATURE, _too_hot, 400, _cool, 400, False, False),
    Row(faults.WELD, _welded, 500, _not(_welded), 0, True, False),
    Row(faults.FEEDBACK_MISSING, _not_closing, 500, _not(_not_closing), _CLEAR_MS, False, True),
)
_NOTHING = ((), ())
LATCHED = tuple(row.fault for row in ROWS if row.latched) + (faults.WATCHDOG_RESETS,)


class Protection:
    """`faults`: those that hold now. `take(reading)` says what began and what ended by it."""

    def __init__(self, latched=()):
        self.faults = list(latched)
        self._held_ms = {row.fault: 0 for row in ROWS}

    def take(self, reading):
        """(began, ended): faults, in the order of the table."""
        changed = None  # made once there is something to put in it: a window as a rule allocates nothing
        for row in ROWS:
            if row.fault in self.faults:
                if not row.latched and self._lasts(row, row.clears(reading), row.clear_ms, reading):
                    self.faults.remove(row.fault)
                    changed = changed or ([], [])
                    changed[1].append(row.fault)
            elif self._lasts(row, _judged(row, reading) and row.trips(reading), row.hold_ms, reading):
                self.faults.append(row.fault)
                changed = changed or ([], [])
                changed[0].append(row.fault)
        return changed or _NOTHING

    def begin(self, fault):
        """A fault that is found elsewhere. False if it is known."""
        if fault in self.faults:
            return False
        self.faults.append(fault)
        return True

    def end(self, fault):
        if fault not in self.faults:
            return False
        self.faults.remove(fault)
        return True

    def reset(self):
        """Clear what is latched; what still holds trips again. The faults cleared."""
        cleared = [fault for fault in self.faults if fault in LATCHED]
        for fault in cleared:
            self.faults.remove(fault)
        return cleared

    def _lasts(self, row, holds, needed_ms, reading):
        """Count how long it holds; True, and the count starts anew, when that is long enough."""
        held_ms = self._held_ms[row.fault] + reading.window_ms if holds else 0
        lasts = holds and held_ms >= needed_ms
        self._held_ms[row.fault] = 0 if lasts else held_ms
        return lasts


def _judged(row, reading):
    return not (row.blanked and reading.relay is not False and reading.closed_ms < INRUSH_MS)
