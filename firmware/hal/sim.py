"""The platform of a simulated board: pins, samples and time come from a plant instead of hardware.

    SimPlatform(board, cp_id, line, state_dir, clock=SystemClock())

`line` leads to the plant: hal.plant_line.PlantLine over TCP, or any object with its `step`, `send`, `receive` and
`connection` (a bench that has plant and board in one process on one virtual clock).
"""

import binascii
import os
import time

from chargepoint.sample_window import SampleWindow
from chargepoint.ticks import TICKS_MOST, TICKS_PERIOD, ticks_diff

from hal.contract import WATCHDOG_MS
from hal.flags import Flag

FIRST_TICKS = TICKS_PERIOD - 10000  # every simulated board lives through a wrap of its clock, 10 s from its start
REPORT_MS = 100
STALE_MS = 2000  # inputs older than this are no longer known; a plant sends some each 50 ms
RESET_EXIT_CODE = 3  # to whoever runs the process: start it again

_NAME_MOST = 18  # of a cp_id within a board's id of 24 characters
_WINDOW_FIELDS = ("n", "duration_ms", "sum_i", "sum_ii", "sum_v", "sum_vv", "sum_vi", "clipped")
# MicroPython's own (unix: it wraps at 2^62, which no process lives to see), else CPython's.
_monotonic_ms = getattr(time, "ticks_ms", None) or (lambda: time.monotonic_ns() // 1000000)  # pyright: ignore[reportAttributeAccessIssue]  # the boards' stubs lack it


def board_id(cp_id: str, role: str) -> str:
    """What stands for the hardware's id: another for every charge point and role, the same at every start."""
    name = cp_id
    if len(name) > _NAME_MOST or "." in name:
        name = "%s-%08x" % (name[: _NAME_MOST - 9].replace(".", "-"), binascii.crc32(name.encode()) & 0xFFFFFFFF)
    return "sim-%s-%s" % (name, role[:1])


class NoPlant:
    """A monitor of its own has no pins, so it needs no plant."""

    connection = 0

    def step(self, now):
        pass

    def receive(self):
        return None


class SystemClock:
    """Real time; `now_ms` from an arbitrary start, never back."""

    def now_ms(self) -> int:
        return _monotonic_ms()

    def sleep_ms(self, duration_ms: int) -> None:
        time.sleep(duration_ms / 1000)


class SimPlatform:
    """See hal.contract. `bad_messages` counts what the plant said that was no sample window."""

    indicative = False
    flash_writes = 1
    skew_us = 0
    has_trip = True
    lost_ms = 0  # a plant that is not listened to waits

    def __init__(self, board: str, cp_id: str, line, state_dir: str, clock=None, random_bytes=os.urandom):
        self.board = board
        self.state_dir = state_dir
        self.random_bytes = random_bytes
        self.bad_messages = 0
        self._was_reset = Flag(state_dir, "was_reset")
        self._was_bitten = Flag(state_dir, "was_bitten")
        self._maintenance = Flag(state_dir, "maintenance")
        self.reset_cause = "power"
        for cause, flag in (("software", self._was_reset), ("watchdog", self._was_bitten)):
            if flag.is_up():
                self.reset_cause = cause
                flag.set(False)
        self._cp_id = cp_id
        self._line = line
        self._clock = SystemClock() if clock is None else clock
        self._started_ms = self._clock.now_ms()
        self._window = SampleWindow()
        self._introduced = 0  # the connection that has had hello
        self._pins = (False, False)  # of relay and trip output, as the rules last set them
        self._sent_pins = None  # those that this connection was sent
        self._level = None  # of the relay's pin, as the plant reads it back; None where that is of before it was set
        self._report_now = True
        self._reported = None
        self._reported_at = FIRST_TICKS
        self._heard_at = None
        self._fed_at = None
        self._vehicle = "unknown"
        self._level = self._temperature_mc = self._feedback = self._rcm_tripped = self._stop_pressed = None
        self._rcm_tripped = None
        self._stop_pressed = None

    def ticks_ms(self) -> int:
        return (self._clock.now_ms() - self._started_ms + FIRST_TICKS) & TICKS_MOST

    def ticks_diff(self, a: int, b: int) -> int:
        return ticks_diff(a, b)

    def sleep_ms(self, duration_ms: int) -> None:
        self._clock.sleep_ms(duration_ms)

    def step(self, now: int) -> None:
        self._line.step(now)
        if self._heard_at is not None and (
            not self._line.connection or ticks_diff(now, self._heard_at) > STALE_MS
        ):
            self._forget()
        if self._line.connection:
            self._introduce()

    def relay(self, closed: bool) -> None:
        if closed != self._pins[0]:
            self._report_now = True
            self._level = None
        self._set_pins(closed, self._pins[1])

    def relay_level(self) -> bool:
        return self._pins[0] if self._level is None else self._level

    def trip(self, on: bool) -> None:
        self._set_pins(self._pins[0], on)

    def window(self) -> "SampleWindow | None":
        message = self._line.receive()
        while message is not None and message["type"] != "sample_window":
            self.bad_messages += 1
            message = self._line.receive()
        if message is None:
            return None
        for field in _WINDOW_FIELDS:
            setattr(self._window, field, message[field])
        self._window.relay = message.get("relay")
        self._level = message.get("relay_level") if self._window.relay is self._pins[0] else None
        self._heard_at = self.ticks_ms()
        self._vehicle = message["vehicle"]
        self._temperature_mc = message.get("temperature_mc")
        self._feedback = message.get("feedback")
        self._rcm_tripped = message.get("rcm_tripped")
        self._stop_pressed = message.get("stop_pressed")
        return self._window

    def vehicle(self) -> str:
        return self._vehicle

    def temperature_mc(self) -> "int | None":
        return self._temperature_mc

    def feedback(self) -> "bool | None":
        return self._feedback

    def rcm_tripped(self) -> "bool | None":
        return self._rcm_tripped

    def stop_pressed(self) -> "bool | None":
        return self._stop_pressed

    def report_register(self, meter_id: str, register_wh: int, session_id: "str | None") -> None:
        """Said to the plant at once when the session or the relay changed, else each REPORT_MS."""
        now = self.ticks_ms()
        reported = (meter_id, register_wh, session_id)
        at_once = self._report_now or self._reported is None or self._reported[2] != session_id
        due = reported != self._reported and ticks_diff(now, self._reported_at) >= REPORT_MS
        if not self._introduced or not (at_once or due):
            return
        message = {"type": "meter_report", "meter_id": meter_id, "register_wh": register_wh}
        if session_id is not None:
            message["session_id"] = session_id
        if self._line.send(message):
            self._report_now = False
            self._reported = reported
            self._reported_at = now

    def start_watchdog(self) -> None:
        """A process cannot reset itself while it hangs: see is_bitten."""
        self._fed_at = self.ticks_ms()

    def feed_watchdog(self) -> None:
        if self._fed_at is not None:
            self._fed_at = self.ticks_ms()

    def is_bitten(self) -> bool:
        """Whether a real board's watchdog would have struck: whoever supervises this board starts it anew then."""
        return self._fed_at is not None and ticks_diff(self.ticks_ms(), self._fed_at) > WATCHDOG_MS

    def bite(self) -> None:
        """What the watchdog leaves behind for the next start."""
        self._was_bitten.set(True)

    def maintenance(self) -> bool:
        return self._maintenance.is_up()

    def set_maintenance(self, on: bool) -> None:
        self._maintenance.set(on)

    def reset(self) -> None:
        try:
            self._was_reset.set(True)
        finally:  # flash that fails keeps no board from starting anew
            raise SystemExit(RESET_EXIT_CODE)

    def _set_pins(self, closed: bool, tripped: bool) -> None:
        if self._pins[0] != closed or self._pins[1] != tripped:
            self._pins = (closed, tripped)
        if self._line.connection:
            self._introduce()

    def _introduce(self) -> None:
        """Send a new connection who this is, and the levels of its pins where it was not sent them yet.

        To the plant the pins of a new connection float, so the levels go out again: those the rules last set.
        They saw no window meanwhile, and open the relay themselves if that lasted.
        """
        if self._introduced != self._line.connection:
            hello = {"type": "plant_hello", "cp_id": self._cp_id, "board": self.board}
            if not self._line.send(hello):
                return
            self._introduced = self._line.connection
            self._sent_pins = None
            self._report_now = True
        if self._sent_pins != self._pins:
            closed, tripped = self._pins
            if self._line.send({"type": "pins", "relay": closed, "trip": tripped}):
                self._sent_pins = self._pins

    def _forget(self) -> None:
        self._heard_at = None
        self._vehicle = "unknown"
        self._level = self._temperature_mc = self._feedback = self._rcm_tripped = self._stop_pressed = None
