"""When the relay must open by itself: one row per protection. A new protection is one new row.

Everything counts window time (the sums of `duration_ms`), which is the time of the current that was measured.
The figures are those used in the field; docs/protection.md says of each row what it measures, and its source. Residual
current, protective earth and short circuit are not measured here; the breaker and the residual current device upstream
are for those. The temperature is an NTC's at the relay: a chip's own sensor errs by degrees and protects nothing.
"""

from collections import namedtuple

from chargepoint import faults
from chargepoint.engine.lateness import LATE_HOLD_MS

INRUSH_MS = 500  # after closing, a charger's filters draw many times their current
WELD_SETTLE_MS = 300  # after opening, until contacts and filters are quiet
WELD_CURRENT_MA = 1000
TOO_HOT_MC = 71000
COOL_AGAIN_MC = 62000
STALL_MS = 1000
BACKWARDS_ABOVE_MA = 2000  # a car that draws reactive current alone stays below
VOLTAGE_DEAD_MV = 80000  # below any mains that a car is charged from
CLEAR_MS = 30000  # how long the cause must be gone before the fault ends, so that a bad car does not hammer the relay
FORGET_MS = 86400000  # a fault that did not come again for so long counts as the first one
AT_ONCE = 1
NEVER = 0

# trips, clears: of a Reading, whether it holds; for how long in ms. trips None: found elsewhere, and told by `begin`.
# latches_after: so many times, each within FORGET_MS of the one before, and it stays until reset_fault; AT_ONCE, NEVER.
# blanked: not judged in the first INRUSH_MS after closing. trip: the trip output too, which opens a contactor upstream.
Row = namedtuple("Row", ("fault", "trips", "hold_ms", "clears", "clear_ms", "latches_after", "blanked", "trip"))


class Reading:
    """What one window says. clipped: how many samples; what stands for an input that is not there is None.

    relay: whether it was closed all along, None where it moved. closed_ms, open_ms: for how long before this window.
    noise_ma: what the current sensor shows of itself, 0 where that is not known. level: of the relay's pin, read back.
    """

    def __init__(self):
        self.window_ms = 0
        self.current_ma = 0
        self.limit_ma = 0
        self.voltage_mv = 0
        self.power_mw = 0
        self.noise_ma = 0
        self.clipped = 0
        self.temperature_mc = None
        self.feedback = None
        self.level = None
        self.rcm_tripped = None
        self.stop_pressed = None
        self.relay = False
        self.closed_ms = 0
        self.open_ms = 0
        self.tripped = False  # the contactor upstream is open: there is no mains to measure


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
    return r.feedback is True or (r.current_ma > WELD_CURRENT_MA and not r.clipped)


def _not_closing(r):
    """Of what has a cause of its own (no mains, a stuck driver, a coil's circuit that is broken) that is told."""
    has_cause = r.level is False or _no_voltage(r) or _rcm_tripped(r) or _stop_pressed(r)
    return r.relay is True and r.feedback is False and not has_cause


def _no_voltage(r):
    return r.voltage_mv < VOLTAGE_DEAD_MV and not r.tripped


def _backwards(r):
    return r.current_ma > BACKWARDS_ABOVE_MA and r.power_mw <= 0 and r.voltage_mv >= VOLTAGE_DEAD_MV


def _flat(r):
    return r.current_ma * 2 < r.noise_ma and not r.clipped


def _stuck_on(r):
    return r.relay is False and r.open_ms > 0 and r.level is True


def _stuck_off(r):
    return r.relay is True and r.closed_ms > 0 and r.level is False


def _rcm_tripped(r):
    return r.rcm_tripped is True


def _stop_pressed(r):
    return r.stop_pressed is True


def _not(condition):
    return lambda r: not condition(r)


def _heals(fault, trips, hold_ms, latches_after, blanked=False):
    return Row(fault, trips, hold_ms, _not(trips), CLEAR_MS, latches_after, blanked, False)


def _latched(fault, trips, hold_ms, trip=False):
    return Row(fault, trips, hold_ms, None, 0, AT_ONCE, False, trip)


ROWS = (
    _heals(faults.OVER_CURRENT, _over_current, 7000, 5),
    _heals(faults.OVER_CURRENT_FAST, _far_over_current, 100, 3, blanked=True),
    _heals(faults.CLIPPED, _clipped, 500, 5, blanked=True),
    Row(faults.OVER_TEMPERATURE, _too_hot, 400, _cool, 400, 3, False, False),
    _latched(faults.WELD, _welded, 500, trip=True),
    _heals(faults.FEEDBACK_MISSING, _not_closing, 500, 3, blanked=True),
    _heals(faults.VOLTAGE_DEAD, _no_voltage, 2000, NEVER),
    _latched(faults.CLAMP_BACKWARDS, _backwards, 10000),
    _heals(faults.CLAMP_OFF, _flat, 1000, 3),
    _latched(faults.DRIVER_STUCK_ON, _stuck_on, 500, trip=True),
    _heals(faults.DRIVER_STUCK_OFF, _stuck_off, 500, 3),
    _latched(faults.RCM_TRIP, _rcm_tripped, 100),
    _latched(faults.EMERGENCY_STOP, _stop_pressed, 100),
    Row(faults.SENSOR_STALL, None, STALL_MS, None, 0, NEVER, False, False),
    Row(faults.LOOP_LATE, None, LATE_HOLD_MS, None, CLEAR_MS, 3, False, False),
    Row(faults.WATCHDOG_RESETS, None, 0, None, 0, AT_ONCE, False, False),
    Row(faults.NEWER_RECORDS, None, 0, None, 0, NEVER, False, False),
)
ROW_OF = {row.fault: row for row in ROWS}
_NOTHING = ((), ())


class Protection:
    """`faults`: those that hold now; `latched`: those of them that only `reset` ends."""

    def __init__(self, latched=()):
        self.faults = list(latched)
        self.latched = list(latched)
        self._held_ms = {row.fault: 0 for row in ROWS}
        self._times = {row.fault: 0 for row in ROWS}
        self._calm_ms = {row.fault: 0 for row in ROWS}  # since it last held

    def take(self, reading):
        """(began, ended): faults, in the order of the table."""
        changed = None  # made once there is something to put in it: a window as a rule allocates nothing
        for row in ROWS:
            if row.fault in self.faults:
                if self._is_over(row, reading):
                    self.end(row.fault)
                    changed = changed or ([], [])
                    changed[1].append(row.fault)
            elif self._has_begun(row, reading):
                self.begin(row.fault)
                changed = changed or ([], [])
                changed[0].append(row.fault)
        return changed or _NOTHING

    def begin(self, fault):
        """False if it is known."""
        if fault in self.faults:
            return False
        self.faults.append(fault)
        self._times[fault] += 1
        self._calm_ms[fault] = 0
        if self._times[fault] == ROW_OF[fault].latches_after:
            self.latched.append(fault)
        return True

    def end(self, fault):
        if fault not in self.faults or fault in self.latched:
            return False
        self.faults.remove(fault)
        return True

    def reset(self):
        """Clear what is latched; what still holds trips again. The faults cleared."""
        cleared, self.latched = self.latched, []
        for fault in cleared:
            self.faults.remove(fault)
            if fault in self._times:  # else it is of other firmware
                self._times[fault] = self._held_ms[fault] = 0
        return cleared

    def _has_begun(self, row, reading):
        self._forget(row.fault, reading.window_ms)
        if row.trips is None:
            return False
        return self._lasts(row.fault, _judged(row, reading) and row.trips(reading), row.hold_ms, reading)

    def _is_over(self, row, reading):
        if row.clears is None or row.fault in self.latched:
            return False
        return self._lasts(row.fault, row.clears(reading), row.clear_ms, reading)

    def _forget(self, fault, window_ms):
        if self._times[fault]:
            self._calm_ms[fault] += window_ms
            if self._calm_ms[fault] >= FORGET_MS:
                self._times[fault] = 0

    def _lasts(self, fault, holds, needed_ms, reading):
        """Count how long it holds; True, and the count starts anew, when that is long enough."""
        held_ms = self._held_ms[fault] + reading.window_ms if holds else 0
        lasts = holds and held_ms >= needed_ms
        self._held_ms[fault] = 0 if lasts else held_ms
        return lasts


def _judged(row, reading):
    return not (row.blanked and reading.relay is not False and reading.closed_ms < INRUSH_MS)
