"""docs/protection.md: each protection of the engine, from the table that it walks."""

from collections.abc import Mapping

from chargepoint.engine.protection import AT_ONCE, CLEAR_MS, FORGET_MS, INRUSH_MS, NEVER, ROWS, WELD_SETTLE_MS
from chargepoint.faults import NEWER_RECORDS, SENSOR_STALL, WATCHDOG_RESETS

from tools.docs.markdown import table

_FIELD = "used in the field"
_TRIED = "tried: an hour at 16 A, no fault, 0 Wh"
_OWN = "this design"
# fault: what is measured and when it trips, and where the figure comes from. The rest is the table's own.
MEANINGS: Mapping[str, tuple[str, str]] = {
    "over_current": ("RMS current above (limit + 0.5 A) × 1.10", _FIELD),
    "over_current_fast": ("RMS current above 1.5 × limit, unless a sample is clipped", _FIELD),
    "clipped": ("a sample of current or voltage at either end of the converter", _FIELD),
    "over_temperature": ("an NTC at the relay at 71 °C or more; ends at 62 °C. Without an NTC: none", _FIELD),
    "weld": (
        (f"relay open for {WELD_SETTLE_MS} ms, yet voltage at the feedback input, or above 1 A. Without that input the "
        "current alone: `weld_check` is `current_only`"),
        _FIELD,
    ),
    "feedback_missing": ("relay closed, yet no voltage at the feedback input, and no other row says why", _FIELD),
    "voltage_dead": ("less than 80 V at the voltage channel. A board with `nominal_voltage_v` has none", _TRIED),
    "clamp_backwards": ("power of 0 or less while more than 2 A flow", _TRIED),
    "clamp_off": ("less than half of the noise that the current channel shows while the relay is open", _TRIED),
    "driver_stuck_on": ("the relay's pin reads high where it was set low", _OWN),
    "driver_stuck_off": ("the relay's pin reads low where it was set high", _OWN),
    "rcm_trip": ("the residual current monitor's input; its contact breaks the coil's circuit before", _FIELD),
    "emergency_stop": ("the emergency stop's input; its contact breaks the coil's circuit before", _FIELD),
    "sensor_stall": ("no sample window, though the loop looked for one, while the relay is closed", _OWN),
    "loop_late": (
        "more than 100 ms (real time; 820 more for a file written) between looks at the sensor, pass after pass", _OWN,
    ),
    "watchdog_resets": ("three resets by the watchdog within 10 min: the engine stays `safe`, and reports", _FIELD),
    "newer_records": ("records of newer firmware on flash: they are kept, the engine stays `safe`, and reports", _OWN),
}  # fmt: skip
_HEALS_OTHERWISE = {SENSOR_STALL: "with the next window", NEWER_RECORDS: "with that firmware"}
_SECOND_MS = 1000

_INTRO = """# Protections

*Written from `firmware/chargepoint/engine/protection.py` by `make docs`; do not edit.*

The engine judges each sample window, 50 ms on a Pico, before it does anything else. Times are window time: of
the current that was measured. When a row's time has run, the relay's contact is open within 100 ms, and one
flash operation where one was under way (see [decisions.md](decisions.md)). The charge ends as `fault` and is
billed; the fault is reported and stands at the charge point until it ends; other charge points go on. A fault
that heals ends {clear} s after its cause unless the table says otherwise, and latches where it comes so often,
each time within {forget} h of the one before. What is latched stays over a power cut, until the operator's
`wattline-central reset`; what still holds then comes back. The trip output opens a contactor upstream, since a
relay that is welded opens nothing, and stays on as long as its fault.
(blanked): not judged in the first {inrush} ms after closing, a charger's inrush.

"""
_MORE = """
## What else opens the relay

| what | after | then |
| --- | --- | --- |
| the order is filled (energy, time) | with the window before it is | ends as `limit` |
| `longest_charge_s`, `largest_charge_wh` of [config.md](config.md) | likewise | ends as `limit` |
| `presence` `contact`: the car is gone | 500 ms | ends as `vehicle` |
| `presence` `none`: less than 2 A | `quiet_end_ms` | ends as `vehicle` |
| the link between engine and monitor is lost | `link_lost_ms` | ends as `safe_mode`; heals with the link |
| a power cut, a reset, a board that hangs (watchdog, 4 s) | at once: the driver's pull-down | ends as `power_loss` |

Between opening and closing lie at least 10 s, also over a reset. `relay_operations` counts how often it has
closed. The limit of both rows of over-current is `rated_current_ma`, or less, where the operator says so
(`wattline-central limit`); the board keeps that over a reset. Nobody raises it above `rated_current_ma`.

## What a board has not

Inputs and outputs that are not fitted stand in `lacks` of a board's health and registration: `feedback`, `temperature`,
`rcm_trip`, `emergency_stop`, `relay_level`, `trip`, and `voltage` where energy is estimated. Their rows judge
nothing then.

## What is not measured

Residual current, protective earth, short circuit. Upstream stand a circuit breaker, and a residual current
device of type B, or of type A with 6 mA DC detection (IEC 62955). The RP2040's own temperature sensor errs by
degrees and is not used.
"""


def page() -> str:
    if set(MEANINGS) != {row.fault for row in ROWS}:
        raise ValueError(f"tools/docs/protection.py: faults differ: {set(MEANINGS) ^ {row.fault for row in ROWS}}")
    head = ("fault", "what is measured", "after", "opens", "heals", "latches", "reset by", "source")
    intro = _INTRO.format(clear=CLEAR_MS // _SECOND_MS, forget=FORGET_MS // 3_600_000, inrush=INRUSH_MS)
    return intro + table(head, [_row(row.fault) for row in ROWS]) + _MORE


def _row(fault: str) -> tuple[str, ...]:
    (row,) = (each for each in ROWS if each.fault == fault)
    measured, source = MEANINGS[fault]
    return (
        f"`{fault}`", measured + (" (blanked)" if row.blanked else ""), _after(fault, row.hold_ms),
        "relay, `trip`" if row.trip else "relay", _heals(fault, row.latches_after, row.clear_ms),
        _latches(row.latches_after), "nobody" if row.latches_after == NEVER else "operator", source,
    )  # fmt: skip


def _after(fault: str, hold_ms: int) -> str:
    if fault in (WATCHDOG_RESETS, NEWER_RECORDS):
        return "at the start"
    return f"{hold_ms} ms" if hold_ms < _SECOND_MS else f"{hold_ms / _SECOND_MS:g} s"


def _heals(fault: str, latches_after: int, clear_ms: int) -> str:
    if latches_after == AT_ONCE:
        return "no"
    return _HEALS_OTHERWISE.get(fault, "yes" if clear_ms == CLEAR_MS else f"after {clear_ms} ms")


def _latches(latches_after: int) -> str:
    if latches_after == AT_ONCE:
        return "at once"
    return "never" if latches_after == NEVER else f"the {latches_after}th time" if latches_after > 3 else "the 3rd time"
