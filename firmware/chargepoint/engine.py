"""The engine: switches the relay, meters, protects, and runs the charge.

Whatever ends a charge, the relay opens before anything is written. Its energy is read after the first window that saw
the relay open all along, when everything that flowed has been counted; then the completion is journaled.
"""

from wire.frame import payload_of

from chargepoint import admission, states
from chargepoint.commands import Commands
from chargepoint.ending import Ending, after_power_loss
from chargepoint.inbox import Inbox
from chargepoint.presence import PRESENCE
from chargepoint.protection import LATCHED, SENSOR_STALL, Protection, Reading
from chargepoint.session import Session

STALL_MS = 1000  # real time without a window while the relay is closed
CURRENT_FELL_MA = 1000  # below it contacts part without an arc worth the name
FALL_MS = 6000  # how long an ordinary stop waits for that
_WINDOWS_IN_A_STEP = 32  # a bound, so that a fast plant cannot hold the loop


class Engine:
    """`state` is one of states.ENGINE_STATES; `faults` those that hold."""

    def __init__(self, settings, platform, clock, meter, journal, memory, checkpoint, link, outbox):
        """`outbox`: sends the journal on `link`; None where a monitor on the same board sends it."""
        self.meter = meter
        self._platform = platform
        self._clock = clock
        self._journal = journal
        self._memory = memory
        self._checkpoint = checkpoint
        self._link = link
        self._outbox = outbox
        self._cp_id = settings.cp_id
        self._limit_ma = settings.rated_current_ma
        self._flash_ms = settings.flash_interval_ms
        self._report_ms = settings.checkpoint_interval_ms
        self._presence = PRESENCE[settings.presence](settings.quiet_end_ms)
        self._protection = Protection(memory.latched)
        self._reading = Reading()
        self._walker = states.Walker(states.ENGINE, states.BOOTING, self)
        self._commands = Commands(self, memory, journal, clock)
        self._inbox = Inbox(settings.cp_id, self._handlers(), self._send)
        self._session = None
        self._cause = None  # (reason, fault) of a stop that lets the current fall
        self._ending = None  # the charge whose last windows are still to come
        self._relay_ms = admission.PAUSE_MS  # window time since the relay last moved, of windows that began after it
        self._finishing_ms = 0
        self._window_at = self._flashed_at = self._reported_at = 0
        self._announced = None
        self._generation = 0

    # --- what others ask ---

    @property
    def state(self):
        return self._walker.state

    @property
    def faults(self):
        return self._protection.faults

    def refused(self):
        """(events, messages) that were out of place."""
        return self._walker.refused, self._inbox.refused

    def session_id(self):
        return None if self._session is None else self._session.session_id

    def session_energy_wh(self):
        return 0 if self._session is None else self._session.energy_wh(self.meter.register_wh)

    def vehicle(self):
        return self._presence.seen(self._platform.vehicle())

    def start_charging_session(self, session_id, max_energy_wh=None, max_duration_s=None):
        """None, or why not."""
        busy = self._session is not None or self._ending is not None
        refusal = admission.refusal(
            session_id, self.state, busy, self._relay_ms, self._memory, self._clock, self._journal
        )
        if refusal is None:
            limits = (max_energy_wh, max_duration_s)
            self._walker.fire("start", Session(session_id, self.meter, self._clock.time_ms(), *limits))
        return refusal

    def stop_charging_session(self, reason):
        """An ordinary stop. None, or why not."""
        return None if self._walker.fire("stop", (reason, None)) else "unknown_session"

    def set_service(self, in_service):
        self._memory.set_service(not in_service)
        if not in_service and self._session is not None:
            self.stop_charging_session("operator")

    def reset_faults(self):
        if self._protection.reset():
            self._memory.set_latched([])
            self._recovered()

    def handle_health_check(self, message):
        self._send("health_check_response", self.get_current_status(), message.get("message_id"))

    def get_current_status(self):
        """The fields of a health_check_response."""
        status = {
            "id": self._cp_id, "state": self.state, "relay_closed": self.state in states.RELAY_CLOSED,
            "faults": list(self.faults), "meter_id": self.meter.meter_id, "register_wh": self.meter.register_wh,
            "vehicle": self.vehicle(), "uptime_ms": self._clock.now,
        }
        if self._session is not None:
            status["session_id"] = self._session.session_id
        return status

    # --- the loop ---

    def boot(self):
        """Before anything is sent: the charge that a power cut ended is completed from its checkpoint."""
        self._platform.relay(False)
        self._ending = after_power_loss(self._checkpoint, self._journal)
        if self._ending is not None:
            self._relay_ms = 0
            if self._ending.session_id not in self._memory.sessions:
                self._memory.remember_session(self._ending.session_id)
            self._complete(self._clock.now)
        self._walker.fire("ready")

    def step(self, now):
        self._link.step(now)
        for payload in self._link.received():
            self._inbox.take(payload)
        if not self._link.up and self.state != states.SAFE:
            self._walker.fire("link_lost", ("safe_mode", None))
        for _ in range(_WINDOWS_IN_A_STEP):
            window = self._platform.window()
            if window is None:
                break
            if self.meter.take(window):
                self._take_window(window, now)
        self._watch_sensor(now)
        if self.state == states.AUTHORIZED and self._presence.ready(self._platform.vehicle()):
            self._walker.fire("connected")
        self._complete(now)
        self._keep(now)
        self._announce()
        if self._outbox is not None:
            self._outbox.step(now, self._link.send)
        self._platform.report_register(self.meter.meter_id, self.meter.register_wh, self._under_way())

    # --- actions of states.ENGINE ---

    def begin(self, session):
        self._session = session
        self._write_checkpoint()

    def close(self, detail):
        self._current().close(self.meter.register_wh, self._clock.time_ms())
        self._write_checkpoint()
        self._presence.begin()
        self._platform.relay(True)
        self._relay_ms = 0
        self._window_at = self._flashed_at = self._reported_at = self._clock.now
        self._journal_register("charge_started")

    def wind_down(self, cause):
        self._cause = cause
        self._finishing_ms = 0

    def open_and_complete(self, cause):
        self._platform.relay(False)
        self._relay_ms = 0
        self._write_checkpoint()
        self._end(self._cause or cause, read=False)

    def complete_unclosed(self, cause):
        self._end(cause, read=True)

    def _end(self, cause, read):
        record, meter_id = self._current().record(), self._current().meter_id
        self._ending = Ending(record, meter_id, cause, read, self._clock.now)
        self._session = self._cause = None

    # --- windows ---

    def _take_window(self, window, now):
        self._window_at = now
        if self._protection.end(SENSOR_STALL):
            self._recovered()
        self._protect(window)
        if window.relay == (self.state in states.RELAY_CLOSED):  # else it is of before the relay moved
            self._relay_ms = min(self._relay_ms + window.duration_ms, admission.PAUSE_MS)
        if self.state == states.CHARGING:
            self._judge_charge(window.duration_ms)
        elif self.state == states.FINISHING:
            self._finishing_ms += window.duration_ms
            if self.meter.current_ma < CURRENT_FELL_MA or self._finishing_ms >= FALL_MS:
                self._walker.fire("ended")
        elif self._ending is not None and window.relay is False:
            self._ending.read = True

    def _protect(self, window):
        reading, closed = self._reading, self.state in states.RELAY_CLOSED
        reading.window_ms, reading.clipped = window.duration_ms, window.clipped
        reading.current_ma, reading.limit_ma = self.meter.current_ma, self._limit_ma
        reading.temperature_mc, reading.feedback = self._platform.temperature_mc(), self._platform.feedback()
        reading.relay = window.relay
        reading.closed_ms = self._relay_ms if closed and window.relay else 0
        reading.open_ms = 0 if closed or window.relay else self._relay_ms
        began, ended = self._protection.take(reading)
        for fault in began:
            self._failed(fault)
        if ended:
            self._recovered()

    def _judge_charge(self, window_ms):
        session = self._current()
        session.fed_ms += window_ms
        if session.at_limit(self.meter.register_wh):
            self.stop_charging_session("limit")
        elif self._presence.over(self._platform.vehicle(), self.meter.current_ma, window_ms):
            self.stop_charging_session("vehicle")

    def _watch_sensor(self, now):
        stalled = self.state in states.RELAY_CLOSED and now - self._window_at >= STALL_MS
        if stalled and self._protection.begin(SENSOR_STALL):
            self._failed(SENSOR_STALL)

    def _failed(self, fault):
        self._walker.fire("fault", ("fault", fault))
        self._memory.set_latched([each for each in self.faults if each in LATCHED])

    def _recovered(self):
        if not self.faults:
            self._walker.fire("recovered")

    # --- what is kept ---

    def _complete(self, now):
        """Journal the charge's end once its last windows are in; again and again should the journal be full."""
        if self._ending is None or not self._ending.settled(now, self._window_at):
            return
        fields = self._ending.completion(self._cp_id, self.meter.register_wh, self._clock.time_ms())
        self._checkpoint.keep_register(self.meter)
        if self._journal.append("charge_completion", fields, self._clock.stamp()) is not None:
            self._ending = None
            self._write_checkpoint()

    def _keep(self, now):
        if self.state not in states.RELAY_CLOSED:
            return
        if now - self._flashed_at >= self._flash_ms:
            self._flashed_at = now
            self._write_checkpoint()
        if now - self._reported_at >= self._report_ms:
            self._reported_at = self._flashed_at = now
            self._write_checkpoint()  # first: after a power cut no register may lie below one that was told
            self._journal_register("meter_checkpoint")

    def _write_checkpoint(self):
        record = None if self._session is None else self._session.record()
        self._checkpoint.write(self.meter, record, self._clock.time_ms())

    def _journal_register(self, kind):
        register = {"meter_id": self.meter.meter_id, "register_wh": self.meter.register_wh}
        register.update({"cp_id": self._cp_id, "session_id": self._current().session_id})
        self._journal.append(kind, register, self._clock.stamp())

    def _current(self):
        """The session, in states whose table admits no other case."""
        assert self._session is not None
        return self._session

    def _under_way(self):
        return self._ending.session_id if self._ending is not None else self.session_id()

    # --- talk ---

    def _handlers(self):
        handlers = dict.fromkeys(self._commands.kinds, self._commands.take)
        handlers.update({
            "health_check_request": self.handle_health_check, "safe_release": self._release,
            "register_response": self._registered, "heartbeat_response": self._take_time,
            "ack": self._take_ack, "keepalive": self._ignore, "error_response": self._ignore,
        })
        return handlers

    def _release(self, message):
        if self.state == states.SAFE:
            self._walker.fire("released_faulty" if self.faults else "released")

    def _registered(self, message):
        if not message["accepted"]:
            return
        self._take_time(message)
        if self._outbox is not None:
            self._outbox.open()
        self.set_service(message["in_service"])
        idle = self._session is None and self._ending is None
        known_wh = message.get("register_wh") or 0
        if idle and message.get("meter_id") == self.meter.meter_id and self.meter.raise_to(known_wh):
            self._write_checkpoint()

    def _take_ack(self, message):
        if self._outbox is not None:
            self._outbox.take_ack(message)

    def _take_time(self, message):
        self._clock.set(message.get("server_time_ms"))

    def _ignore(self, message):
        """A keepalive did its work in the link; an error_response is for people who read logs."""

    def _announce(self):
        """Changes are said unasked, and to whoever connects anew."""
        news = (self._link.generation, self.state, self.vehicle(), tuple(self.faults))
        if news == self._announced or not self._link.up:
            return
        if self._send("health_check_response", self.get_current_status()):
            self._announced = news

    def _send(self, kind, fields, message_id=None):
        message = {"type": kind, "message_id": message_id or self._journal.lossy_id()}
        message.update(fields)
        return self._link.send(payload_of(message))
