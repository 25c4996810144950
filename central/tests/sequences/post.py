"""A charge point in the world: an engine, the monitor that faces Central, and the line between it and the bridge.

On one board both share a journal; split, each board has its own, and the monitor passes the engine's messages on.
"""

from typing import Any, Protocol

from central.model.records import Message
from central.tests.sequences.board import REGISTRATION, RESEND_MS, Board, Entry
from central.tests.sequences.clocks import Time
from central.tests.sequences.engine import Engine

ANSWER_MS = 10_000
SLOW_MS = 60_000
QUICK_TRIES = 5
PRICE = 0.25
RATED_MA = 16_000


class Uplink(Protocol):
    """The bridge, as a post sees it."""

    is_up: bool

    @property
    def reaches_log(self) -> bool: ...

    def connect(self, post: "Post") -> str: ...

    def take(self, post: "Post", message: Message) -> bool: ...


class Post:
    """`link_id`: of the connection, None without one; `is_registered`: Central has accepted it."""

    def __init__(self, time: Time, engine: Engine, monitor: Board) -> None:
        self._time = time
        self.cp_id = engine.cp_id
        self.engine = engine
        self.monitor = monitor
        self.monitor_is_on = True
        self.is_gone = False  # for good
        self.is_cut_off = False  # no network
        self.is_deaf = False  # the line stands, and nothing passes: neither side has noticed
        self.has_wire = True  # between monitor and engine
        self.link_id: str | None = None
        self.is_registered = False
        self._faults: set[str] = set()  # that Central was told of, on flash
        self._forget()

    def _forget(self) -> None:
        """What a monitor does not keep over a reboot."""
        self.link_id, self.is_registered = None, False
        self._tries = 0
        self._retry_ms = self._time.now_ms
        self._asked_ms = 0
        self._registered_as: tuple[Any, ...] | None = None
        self._is_unnumbered = False  # as which the last registration was said
        self._lost_engine = False  # since the last registration
        self._status: tuple[Any, ...] | None = None
        self.clock_offset_ms: int | None = None

    @property
    def is_shared(self) -> bool:
        return self.monitor is self.engine.board

    @property
    def has_line(self) -> bool:
        return self.link_id is not None

    @property
    def sees_engine(self) -> bool:
        return self.engine.is_on and self.has_wire

    # --- power ---

    def boot_monitor(self) -> None:
        if not self.is_shared:
            self.monitor.boot()
        self.monitor_is_on = True
        self._forget()

    def wipe_monitor(self) -> None:
        """Another board, or this one's flash reformatted; on one board the engine has done the board's part."""
        self._faults = set()
        self.boot_monitor()

    def cut_monitor(self) -> None:
        self.monitor_is_on = False
        self._forget()

    def lose_line(self) -> None:
        self.link_id, self.is_registered = None, False
        self._retry_ms = self._time.now_ms + 1_000

    # --- time ---

    def next_ms(self, bridge: Uplink) -> int | None:
        """When it must be stepped next. Where nobody would hear it, it need not try."""
        times = [self.engine.next_ms(reports=self.is_registered and not self.is_deaf) if self.engine.is_on else None]
        is_heard = bridge.is_up and bridge.reaches_log and not (self.is_gone or self.is_cut_off or self.is_deaf)
        if self.monitor_is_on and is_heard:
            if self.link_id is None:
                times.append(self._retry_ms)
            elif not self.is_registered:
                times.append(self._asked_ms + ANSWER_MS)
            elif any(board.entries for board in self._boards()):
                times.append(self._time.now_ms + RESEND_MS)
        return min((each for each in times if each is not None), default=None)

    def step(self, bridge: Uplink) -> bool:
        """Whether anything was said."""
        self.engine.step()
        if not self.monitor_is_on or self.is_gone:
            return False
        if self.sees_engine:
            self.engine.release()
        else:
            self._lost_engine = True
        self._report()
        if self.is_cut_off or self.is_deaf or not bridge.is_up:
            return False
        if self.link_id is None:
            return self._time.now_ms >= self._retry_ms and self._register(bridge)
        if not self.is_registered:
            if self._time.now_ms >= self._asked_ms + ANSWER_MS:
                self._fail()
            return False
        if self._must_renew():
            return self._register(bridge)
        return self._flush(bridge)

    # --- Central ---

    def hear(self, message: Message, server_time_ms: int) -> None:
        """What came down the line."""
        if self.is_deaf or not self.monitor_is_on:
            return
        if message["type"] == "register_response":
            self._adopt(message, server_time_ms)
        elif self.sees_engine and self.is_registered:
            self.engine.take(message)

    def set_clocks(self, server_time_ms: int) -> None:
        """A heartbeat was answered."""
        self.clock_offset_ms = server_time_ms - self._time.now_ms
        if self.sees_engine:
            self.engine.clock_offset_ms = self.clock_offset_ms

    def _adopt(self, message: Message, server_time_ms: int) -> None:
        if not message["accepted"]:
            self.turn_away()
            return
        self.is_registered, self._tries = True, 0
        self.set_clocks(server_time_ms)
        self.monitor.registration_accepted()
        for board in self._boards():
            board.reopen()
        if self.sees_engine:
            self.engine.base_seq = message.get("seq")
            self.engine.set_service(message["in_service"])
            if message.get("meter_id") is not None:
                self.engine.raise_register(message["meter_id"], message["register_wh"])

    def turn_away(self) -> None:
        """The registration was refused, and the line closes."""
        self.monitor.registration_refused()
        self._fail()

    def _fail(self) -> None:
        self.link_id, self.is_registered = None, False
        self._tries += 1
        pause_ms = SLOW_MS if self._tries >= QUICK_TRIES else 1_000 * 2**self._tries
        self._retry_ms = self._time.now_ms + pause_ms
        if self._tries == QUICK_TRIES:
            self._begin_fault("central_unreachable")

    def _register(self, bridge: Uplink) -> bool:
        """A registration that is not accepted is said again as it is; only another content makes a new one."""
        told = self._registration()
        self._registered_as, self._lost_engine = _content_of(told), not self.sees_engine
        self.link_id, self.is_registered = bridge.connect(self), False
        self._asked_ms = self._time.now_ms
        entry = self._kept(told)
        self._is_unnumbered = entry is None
        if entry is None:
            bridge.take(self, self.monitor.lossy(REGISTRATION, self.cp_id, told))
            return True
        entry.sent, entry.due_ms = True, self._time.now_ms + RESEND_MS
        self.monitor.registration_said(entry)
        if bridge.take(self, entry.message):
            self.monitor.ack(entry)
        return True

    def _kept(self, told: dict[str, Any]) -> Entry | None:
        """The journal's registration that says this; None where it has no room for it. Without an engine, what was said
        of it before stands.
        """
        entry = self.monitor.registration()
        if entry is not None and (not self.sees_engine or _content_of(entry.message) == _content_of(told)):
            return entry
        is_kept = self.monitor.append(REGISTRATION, self.cp_id, told) is not None
        return self.monitor.registration() if is_kept else None

    def _must_renew(self) -> bool:
        """Another engine, or one that started anew or was out of reach, or a registration that had no room before."""
        if self._is_unnumbered and self.monitor.has_room_for(REGISTRATION):
            return True
        changed = self._lost_engine or _content_of(self._registration()) != self._registered_as
        return self.sees_engine and changed

    def _registration(self) -> dict[str, Any]:
        fields: dict[str, Any] = {"location": "Yard", "price_per_kwh": PRICE, **self._stamp()}
        if not self.sees_engine:
            return fields
        engine = self.engine
        known = {
            "engine_board": None if self.is_shared else engine.board.name,
            "engine_epoch": engine.board.epoch,
            "last_seq": engine.flash.last_seq,
            "meter_id": engine.meter_id,
            "register_wh": engine.register_wh,
            "rated_current_ma": RATED_MA,
        }
        return {**fields, **known}

    def _flush(self, bridge: Uplink) -> bool:
        said = False
        for board in self._boards():
            if board is not self.monitor and board.name not in (self._registered_as or ()):
                continue  # another engine, not registered yet
            for entry in board.due(self._time.now_ms):
                entry.sent, entry.due_ms, said = True, self._time.now_ms + RESEND_MS, True
                if bridge.take(self, entry.message):
                    board.ack(entry)
        return said

    def _boards(self) -> list[Board]:
        """Whose journals the line can carry now."""
        return [self.monitor] if self.is_shared or not self.sees_engine else [self.monitor, self.engine.board]

    # --- reports ---

    def _stamp(self) -> dict[str, int]:
        return {} if self.clock_offset_ms is None else {"occurred_at_ms": self._time.now_ms + self.clock_offset_ms}

    def _report(self) -> None:
        """What changed, where the journal has room; the next call tries again."""
        engine = self.engine
        if not self.sees_engine:
            self._begin_fault("engine_silent")
            return
        self._end_fault("engine_silent")
        if self.is_registered:
            self._end_fault("central_unreachable")
        for fault in self._faults - {"central_unreachable", engine.fault}:
            self._end_fault(fault)
        if engine.fault is not None:
            self._begin_fault(engine.fault)
        session_id = None if engine.charge is None else engine.charge.session_id
        status = (engine.state, "present" if engine.has_car else "absent", session_id)
        if status != self._status:
            told = dict(zip(("state", "vehicle", "session_id"), status, strict=True))
            if self.monitor.append("status_notification", self.cp_id, {**told, **self._stamp()}) is not None:
                self._status = status

    def _begin_fault(self, fault: str) -> None:
        told = {"failure_info": fault, "fault": fault, **self._stamp()}
        if fault not in self._faults and self.monitor.append("fault_notification", self.cp_id, told) is not None:
            self._faults.add(fault)

    def _end_fault(self, fault: str) -> None:
        told = {"fault": fault, **self._stamp()}
        if fault in self._faults and self.monitor.append("recovery_notification", self.cp_id, told) is not None:
            self._faults.discard(fault)


def _content_of(registration: dict[str, Any]) -> tuple[Any, ...]:
    """What makes another registration where it differs."""
    return tuple(registration.get(name) for name in ("engine_board", "engine_epoch", "meter_id"))
