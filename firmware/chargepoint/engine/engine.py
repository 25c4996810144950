"""The engine: switches the relay, meters, protects, and runs the charge.

Whatever ends a charge, the relay opens before anything is written. Its energy is read after the first window that saw
the relay open all along, when everything that flowed has been counted; then the completion is journaled.
"""

from wire.constants import const

from chargepoint.engine import admission, states
from chargepoint.engine.books import Books
from chargepoint.engine.conversation import Conversation
from chargepoint.engine.guard import Guard
from chargepoint.engine.lookout import Lookout
from chargepoint.engine.presence import PRESENCE
from chargepoint.engine.pulse import Pulse
from chargepoint.engine.session import Session, within
from chargepoint.faults import NEWER_RECORDS, SENSOR_STALL, WATCHDOG_RESETS
from chargepoint.states import Walker
from chargepoint.ticks import ticks_diff

_CURRENT_FELL_MA = const(1000)  # below it contacts part without an arc worth the name
_FALL_MS = const(6000)  # how long an ordinary stop waits for that, where a pilot asks the car
_WINDOWS_IN_A_STEP = const(32)  # a bound, so that a fast plant cannot hold the loop


class Engine:
    """`state` is one of those in states.py; `faults` those that hold."""

    def __init__(self, settings, platform, sender, meter, memory, checkpoint, restarts, link):
        self.meter = meter
        self._platform = platform
        self._journal = sender.journal
        self._clock = sender.clock
        self._memory = memory
        self._link = link
        self._flash = sender.flash
        self._cp_id = settings.cp_id
        self._books = Books(settings, sender, meter, memory, checkpoint)
        self._connect_timeout_ms = settings.connect_timeout_ms
        self._presence = PRESENCE[settings.presence](settings.quiet_end_ms)
        self._guard = Guard(settings, platform, meter, memory)
        self._lookout = Lookout(self._clock.now, platform, self._flash, self._guard)
        self._pulse = Pulse()
        self._restarts = restarts
        self._walker = Walker(states.ENGINE, states.BOOTING, self)
        self.conversation = Conversation(settings, self, memory, sender, link)
        self._cause = None  # (reason, fault) of a stop that lets the current fall
        self._relay_ms = admission.PAUSE_MS  # window time since the relay last moved, of windows that began after it
        self._finishing_ms = 0
        self.leaving = False  # for maintenance: no start and no release any more
        self._begun_at = 0  # when the newest start was accepted
        self._longest_s, self._largest_wh = settings.longest_charge_s, settings.largest_charge_wh

    # --- what others ask ---

    @property
    def state(self):
        return self._walker.state

    @property
    def faults(self):
        return self._guard.faults

    def session_id(self):
        return self._books.session_id()

    def session_energy_wh(self):
        return self._books.energy_wh()

    def vehicle(self):
        return self._presence.vehicle

    def start_charging_session(self, session_id, max_energy_wh=None, max_duration_s=None):
        """None, or why not."""
        busy = self._books.under_way() is not None
        refusal = admission.refusal(
            session_id, self.state, busy, self._relay_ms, self._memory, self._clock, self._journal
        )
        if refusal is None:
            limits = within(max_energy_wh, self._largest_wh), within(max_duration_s, self._longest_s)
            self._walker.fire("start", Session(session_id, self.meter, self._clock.time_ms(), *limits))
        return refusal

    def stop_charging_session(self, reason):
        """An ordinary stop. None, or why not."""
        event = "stop" if self._presence.asks_car else "stop_at_once"
        return None if self._walker.fire(event, (reason, None)) else "unknown_session"

    def set_service(self, in_service):
        self._memory.set_service(not in_service)
        if not in_service and self.session_id() is not None:
            self.stop_charging_session("operator")

    def limit_current(self, limit_ma):
        """None: as provisioned. None, or why not."""
        return self._guard.limit(limit_ma)

    def current_limit(self):
        return self._guard.limit_in_force()

    def reset_faults(self):
        if self._guard.reset():
            self._restarts.forget()
            self._recovered()

    def leave(self):
        """For maintenance: a charge ends at once; delivery/maintenance.py starts the board anew when it is told."""
        self.leaving = True
        self._walker.fire("maintenance", ("operator", None))

    def release(self):
        """Out of safe mode, once somebody at the link has seen the engine's state."""
        held = WATCHDOG_RESETS in self.faults or NEWER_RECORDS in self.faults
        if self.state == states.SAFE and not self.leaving and not held:
            self._walker.fire("released_faulty" if self.faults else "released")

    def raise_register(self, meter_id, register_wh):
        """To Central's figure, where the flash has lost the meter's own."""
        self._books.raise_register(meter_id, register_wh)

    def under_way(self):
        """The session whose end is not journaled yet; None between charges."""
        return self._books.under_way()

    def handle_health_check(self, message):
        self.conversation.answer_health_check(message, self.get_current_status())

    def get_current_status(self):
        """The fields of a health_check_response."""
        status = {
            "id": self._cp_id, "state": self.state, "relay_closed": self.state in states.RELAY_CLOSED,
            "faults": list(self.faults), "meter_id": self.meter.meter_id, "register_wh": self.meter.register_wh,
            "vehicle": self.vehicle(), "uptime_ms": self._clock.uptime_ms(), "engine_epoch": self._journal.epoch,
            "registered": self.conversation.is_registered(), "relay_operations": self._books.relay_operations(),
        }
        status.update(self._guard.coverage())
        if self._memory.last_seq is not None:
            status["last_seq"] = self._memory.last_seq
        if self.session_id() is not None:
            status["session_id"] = self.session_id()
        return status

    # --- the loop ---

    def boot(self):
        """Before anything is sent: the charge that a power cut ended is completed from its checkpoint."""
        self._platform.relay(False)
        if self._books.boot() or self._books.relay_operations():
            self._relay_ms = 0  # it may have opened just before the reset
        self._walker.fire("ready")
        if self._restarts.too_many() and self._guard.begin(WATCHDOG_RESETS):
            self._failed(WATCHDOG_RESETS)

    def hold(self):
        """Newer firmware wrote what lies on the flash."""
        if self._guard.begin(NEWER_RECORDS):
            self._failed(NEWER_RECORDS)

    def look(self, now):
        """At the sensor, first of all on every pass: nothing that takes time comes between it and the relay."""
        seen = self._take_windows()
        fault = self._lookout.look(now, seen, self.state in states.RELAY_CLOSED)
        if fault is not None:
            self._failed(fault)
        if self._lookout.ends_lateness():
            self._recovered()

    def step(self, now):
        """What costs flash ends the pass: what is due besides waits for the next one, after the sensor."""
        self._link.step(now)
        if self._memory.unwritten and not self._flash.used:
            self._memory.write()
        self.conversation.hear()
        if not self._link.up and self.state != states.SAFE:
            self._walker.fire("link_lost", ("safe_mode", None))
        if self.state == states.AUTHORIZED and not self._flash.used:
            self._await_car(now)
        if not self._flash.used:
            self._books.complete(self._lookout.gap_ms)
        if self.state in states.RELAY_CLOSED and not self._flash.used:
            self._books.keep(now)
        self.conversation.announce()
        self.conversation.deliver(now)
        self._platform.report_register(self.meter.meter_id, self.meter.register_wh, self._books.under_way())
        if not self._flash.used:
            self._restarts.step(now)
        self._pulse.stepped()

    def goes_on(self):
        """Whether the watchdog may be fed."""
        return self._pulse.goes_on(WATCHDOG_RESETS in self.faults)

    # --- actions of states.ENGINE ---

    def begin(self, session):
        self._begun_at = self._clock.now
        self._books.begin(session)

    def close(self, detail):
        self._books.close()
        self._presence.begin()
        self._lookout.begin()
        self._relay_ms = 0
        self._platform.relay(True)  # last of all: whatever fails before leaves it open

    def wind_down(self, cause):
        self._cause = cause
        self._finishing_ms = 0

    def open_and_complete(self, cause):
        self._platform.relay(False)
        self._relay_ms = 0
        self._books.end(self._cause or cause)
        self._cause = None

    def complete_unclosed(self, cause):
        self._books.end(cause)

    # --- windows ---

    def _await_car(self, now):
        """In real time: a plant that runs fast makes nobody walk faster."""
        if self._presence.ready():
            self._walker.fire("connected")
        elif ticks_diff(now, self._begun_at) >= self._connect_timeout_ms:
            self._walker.fire("no_car", ("vehicle", None))

    def _take_windows(self):
        """Whether any came."""
        seen = False
        for _ in range(_WINDOWS_IN_A_STEP):
            window = self._platform.window()
            self._presence.sense(self._platform.vehicle(), 0 if window is None else window.duration_ms)
            if window is None:
                break
            self._pulse.sampled()
            if self.meter.take(window):
                self._take_window(window)
                seen = True
        return seen

    def _take_window(self, window):
        if self._guard.end(SENSOR_STALL):
            self._recovered()
        self._protect(window)
        if window.relay == (self.state in states.RELAY_CLOSED):  # else it is of before the relay moved
            self._relay_ms = min(self._relay_ms + window.duration_ms, admission.PAUSE_MS)
        if self.state == states.CHARGING:
            self._judge_charge(window.duration_ms)
        elif self.state == states.FINISHING:
            self._finishing_ms += window.duration_ms
            if self.meter.current_ma < _CURRENT_FELL_MA or self._finishing_ms >= _FALL_MS:
                self._walker.fire("ended")
        elif window.relay is False:
            self._books.all_read()

    def _protect(self, window):
        began, ended = self._guard.take(window, self.state in states.RELAY_CLOSED, self._relay_ms)
        self._pulse.judged()
        for fault in began:
            self._failed(fault)
        if ended:
            self._recovered()

    def _judge_charge(self, window_ms):
        session = self._books.running()
        session.fed_ms += window_ms
        # The next window is the next chance to stop, and until the relay has opened as much flows again.
        ahead_ms = 2 * window_ms + (_FALL_MS if self._presence.asks_car else 0)
        if session.exceeds_limit(self.meter.register_in(ahead_ms), session.fed_ms + ahead_ms):
            self.stop_charging_session("limit")
        elif self._presence.over(self.meter.current_ma, window_ms):
            self.stop_charging_session("vehicle")

    def _failed(self, fault):
        self._walker.fire("fault", ("fault", fault))
        self._guard.keep()

    def _recovered(self):
        if not self.faults:
            self._walker.fire("recovered")
