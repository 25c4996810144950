"""An honest engine: relay, meter, charges and answers to commands, as DESIGN's engine works, on virtual time."""

from dataclasses import replace
from typing import Any

from central.model.records import Message
from central.tests.sequences.board import Board
from central.tests.sequences.clocks import Time
from central.tests.sequences.kept import Charge, Flash

SEQ_JUMP = 1_000
PAUSE_MS = 10_000
FLASH_MS = 10_000
REPORT_MS = 60_000
CONNECT_TIMEOUT_MS = 180_000
SESSIONS_REMEMBERED = 32
OVERSHOOT_MS = 1_000  # a limit is seen after the window in which it was reached
_WMS_PER_WH = 3_600_000


class Engine:
    """`power_w`: what its car takes; `full_wh`: the register at which the car has enough."""

    def __init__(self, time: Time, cp_id: str, board: Board, meter_id: str, register_wh: int) -> None:
        self._time = time
        self.cp_id = cp_id
        self.board = board
        self.meter_id = meter_id
        self.flash = Flash(register_wh)
        self.completions: dict[str, Message] = {}  # all that it ever said, by session
        self.flown_wh = 0  # through its meter, ever
        self.has_car = False
        self.power_w = 7_400
        self.wants_wh = 10_000
        self._start_up()

    # --- power ---

    def cut(self) -> None:
        """The power goes: what was not on flash is forgotten."""
        self._flow()
        if self.charge is not None and self.charge.closed_ms is not None:
            since_ms = (self._time.now_ms - self.charge.closed_ms) % FLASH_MS
            kept_wmss = self._wms - since_ms * self.power_w
            self.flash.register_wh = max(self.flash.register_wh, kept_wmss // _WMS_PER_WH)
            self.flash.at_ms = None if self.clock_ms is None else self.clock_ms - since_ms
        self.is_on = False
        self.charge = None

    def boot(self) -> None:
        self.board.boot()
        self._start_up()
        charge = self.flash.charge
        if charge is None or self.board.find("charge_completion", "session_id", charge.session_id):
            self.flash.charge = None
            return
        self._owe(charge, "power_loss", self.flash.at_ms or charge.started_ms, self.flash.register_wh)

    def wipe(self) -> None:
        """Reformatted: no register, no sessions, no seq."""
        self.cut()
        self.board.wipe()
        self.flash = Flash()
        self.boot()

    def _start_up(self) -> None:
        self.is_on = True
        self.state = "safe"
        self.fault: str | None = None
        self.charge: Charge | None = None
        self.clock_offset_ms: int | None = None
        self.base_seq: int | None = None
        self._wms = self.flash.register_wh * _WMS_PER_WH
        self._flowed_ms = self._time.now_ms
        self._opened_ms = self._time.now_ms - PAUSE_MS
        self._owed: Message | None = None

    # --- time ---

    @property
    def clock_ms(self) -> int | None:
        return None if self.clock_offset_ms is None else self._time.now_ms + self.clock_offset_ms

    @property
    def register_wh(self) -> int:
        self._flow()
        return self._wms // _WMS_PER_WH

    @property
    def is_under_way(self) -> bool:
        return self.charge is not None or self._owed is not None

    def stamp(self) -> dict[str, int]:
        """Empty before Central has set the clock: the log's time counts then."""
        return {} if self.clock_ms is None else {"occurred_at_ms": self.clock_ms}

    def next_ms(self, *, reports: bool) -> int | None:
        """When it must be stepped next. `reports`: whether somebody hears its checkpoints as they are told."""
        charge = self.charge
        if charge is None:
            return None
        if charge.closed_ms is None:
            return charge.asked_ms + CONNECT_TIMEOUT_MS
        ends = [self._reaches_ms(self.full_wh), charge.told_ms + REPORT_MS if reports else None]
        if charge.max_energy_wh is not None:
            ends.append(self._reaches_ms(charge.start_wh + charge.max_energy_wh) + OVERSHOOT_MS)
        if charge.max_duration_s is not None:
            ends.append(charge.closed_ms + charge.max_duration_s * 1_000 + OVERSHOOT_MS)
        return min(each for each in ends if each is not None)

    def step(self) -> None:
        """Whatever is over by now."""
        if not self.is_on:
            return
        self._flow()
        charge = self.charge
        if charge is not None and charge.closed_ms is None:
            self._await_car(charge)
        elif charge is not None and charge.closed_ms is not None:
            self._watch(charge, charge.closed_ms)
        self._settle()

    def release(self) -> None:
        """safe_release: a health check has passed."""
        if self.state == "safe":
            self.state = "idle"

    def raise_register(self, meter_id: str, register_wh: int) -> None:
        if meter_id == self.meter_id and register_wh > self.register_wh and not self.is_under_way:
            self._wms = register_wh * _WMS_PER_WH
            self.flash.register_wh = register_wh

    def set_service(self, is_in_service: bool) -> None:
        self.flash.is_out_of_service = not is_in_service
        if not is_in_service:
            self.end("operator")

    # --- the world ---

    def plug(self, power_w: int, wants_wh: int) -> None:
        self.has_car, self.power_w, self.wants_wh = True, power_w, wants_wh

    def unplug(self) -> None:
        self.has_car = False
        if self.charge is not None and self.charge.closed_ms is not None:
            self.end("vehicle")

    def break_down(self, fault: str) -> None:
        self.fault = fault
        self.end("fault")
        self.state = "faulted"

    def mend(self) -> None:
        self.fault = None
        if self.state == "faulted":
            self.state = "idle"

    def end(self, reason: str) -> None:
        """The relay opens; the completion is owed until the journal has room."""
        charge = self.charge
        if charge is None:
            return
        self._flow()
        self.charge = None
        self.state = "idle"
        self._opened_ms = self._time.now_ms
        self.flash.register_wh = self.register_wh
        self._owe(charge, reason, self.clock_ms or charge.started_ms, self.register_wh)

    # --- commands ---

    def take(self, message: Message) -> None:
        """Every command is answered; one said again gets its answer again."""
        seq, last = message["seq"], self.flash.last_seq
        reach = max(last or 0, self.base_seq or 0) + SEQ_JUMP
        if last is None or last < seq <= reach:
            self._run(message)
        elif seq != last:
            self._say(seq, _no("superseded" if seq < last else "seq_jump"))
            return
        self._say(seq, self.flash.answer or {})

    def _run(self, message: Message) -> None:
        kind = message["type"]
        reason = "expired" if self._is_expired(message) else getattr(self, f"_{kind}")(message)
        answer: dict[str, Any] = {"accepted": True} if reason is None else _no(reason)
        answer["session_id"] = message.get("session_id")
        self.flash.last_seq, self.flash.answer = message["seq"], answer
        if kind == "start_charge" and reason is None:
            self.flash.sessions = (*self.flash.sessions, message["session_id"])[-SESSIONS_REMEMBERED:]

    def _is_expired(self, message: Message) -> bool:
        clock_ms = self.clock_ms
        return message["ttl_ms"] <= 0 or (clock_ms is not None and clock_ms >= message["expires_at_ms"])

    def _say(self, seq: int, answer: dict[str, Any]) -> None:
        if not self.board.find("command_response", "seq", seq):
            self.board.append("command_response", self.cp_id, {"seq": seq, **answer, **self.stamp()})

    def _start_charge(self, message: Message) -> str | None:
        reasons = (
            ("already_ran", message["session_id"] in self.flash.sessions),
            ("out_of_service", self.flash.is_out_of_service),
            ("safe", self.state == "safe"),
            ("faulted", self.state == "faulted"),
            ("busy", self.is_under_way or self.state != "idle"),
            ("pause", self._time.now_ms - self._opened_ms < PAUSE_MS),
            ("no_clock", self.clock_ms is None),
            ("journal_full", not self.board.has_room_for_a_charge()),
        )
        reason = next((name for name, holds in reasons if holds), None)
        if reason is None:
            assert self.clock_ms is not None
            limits = message.get("max_energy_wh"), message.get("max_duration_s")
            now_ms = self._time.now_ms
            self.charge = Charge(message["session_id"], self.clock_ms, self.register_wh, now_ms, *limits)
            self.state = "authorized"
            self._keep()
        return reason

    def _stop_charge(self, message: Message) -> str | None:
        if self.charge is None or self.charge.session_id != message["session_id"]:
            return "already_ran" if message["session_id"] in self.flash.sessions else "unknown_session"
        self.end(message["reason"])
        return None

    def _stop_service(self, message: Message) -> None:
        del message
        self.set_service(False)

    def _resume_service(self, message: Message) -> None:
        del message
        self.set_service(True)

    def _reset_fault(self, message: Message) -> None:
        del message
        self.mend()

    def _set_limit(self, message: Message) -> None:
        """No car here draws more than any limit."""
        del message

    def _maintenance(self, message: Message) -> None:
        """New files and a restart, which take no time here."""
        del message
        self.end("operator")
        self.state = "safe"

    # --- parts ---

    def _flow(self) -> None:
        now_ms = self._time.now_ms
        if self.charge is not None and self.charge.closed_ms is not None and self.is_on:
            before_wh = self._wms // _WMS_PER_WH
            self._wms += (now_ms - self._flowed_ms) * self.power_w
            self.flown_wh += self._wms // _WMS_PER_WH - before_wh
        self._flowed_ms = now_ms

    def _await_car(self, charge: Charge) -> None:
        if self.has_car and self.wants_wh > 0:
            charge.closed_ms = charge.told_ms = self._time.now_ms
            charge.start_wh, charge.started_ms = self.register_wh, self.clock_ms or charge.started_ms
            self.full_wh = charge.start_wh + self.wants_wh
            self.state = "charging"
            self._keep()
            self._tell("charge_started", charge)
        elif self._time.now_ms >= charge.asked_ms + CONNECT_TIMEOUT_MS:
            self.end("vehicle")

    def _watch(self, charge: Charge, closed_ms: int) -> None:
        now_ms, register_wh = self._time.now_ms, self.register_wh
        energy_wh = register_wh - charge.start_wh
        if register_wh >= self.full_wh:
            self.wants_wh = 0
            self.end("vehicle")
        elif _reached(charge.max_energy_wh, energy_wh) or _reached(charge.max_duration_s, (now_ms - closed_ms) / 1_000):
            self.end("limit")
        elif now_ms - charge.told_ms >= REPORT_MS:
            charge.told_ms = now_ms
            self._keep()
            self._tell("meter_checkpoint", charge)

    def _keep(self) -> None:
        self.flash.register_wh = self.register_wh
        self.flash.charge = None if self.charge is None else replace(self.charge)
        self.flash.at_ms = self.clock_ms

    def _tell(self, kind: str, charge: Charge) -> None:
        register = {"session_id": charge.session_id, "meter_id": self.meter_id, "register_wh": self.register_wh}
        self.board.append(kind, self.cp_id, {**register, **self.stamp()})

    def _owe(self, charge: Charge, reason: str, ended_ms: int, register_wh: int) -> None:
        is_closed = charge.closed_ms is not None
        self._owed = {
            "session_id": charge.session_id,
            "meter_id": self.meter_id,
            "start_register_wh": charge.start_wh,
            "end_register_wh": max(charge.start_wh, register_wh) if is_closed else charge.start_wh,
            "started_at_ms": charge.started_ms,
            "ended_at_ms": max(charge.started_ms, ended_ms),
            "reason": reason,
            "relay_closed": is_closed,
        }
        self._settle()

    def _settle(self) -> None:
        if self._owed is None:
            return
        if self.board.append("charge_completion", self.cp_id, {**self._owed, **self.stamp()}) is not None:
            self.completions[self._owed["session_id"]] = self._owed
            self._owed = None
            self.flash.charge = None

    def _reaches_ms(self, register_wh: int) -> int:
        missing = max(0, register_wh * _WMS_PER_WH - self._wms)
        return self._flowed_ms + -(-missing // self.power_w)


def _reached(limit: int | None, value: float) -> bool:
    return limit is not None and value >= limit


def _no(reason: str) -> dict[str, Any]:
    return {"accepted": False, "reason": reason}
