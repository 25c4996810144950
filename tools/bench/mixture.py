"""What a day's log holds, made up: boards that register, drivers who charge, readings, live figures, completions.

What the worker itself would have appended is there too where the board's answer hangs on it (the claim); its other
words (commands, tickets, releases) the worker says as it folds, as it does in operation.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import NamedTuple
from uuid import UUID, uuid5

from wire import ids
from wire.appenders import API, BRIDGE, WORKER, appended_by
from wire.frame import payload_of
from wire.kinds.log import KINDS

from central.model.ids import caused_by, session_id
from central.model.records import Incoming
from eventlog import Appended, Log

LIVE_FIGURES = 15  # a charge
LIVE_PER_CHECKPOINT = 3
STEP_WH = 20
POWER_W = 7_400
IN_FLIGHT = 2_000
TIMEOUT_S = 60.0
EPOCH = "00000000000be4c4"
_IDS = UUID("6a1b0a56-2f5c-4bb8-8a3e-0d9f3a6b7c11")

Message = dict[str, object]


class Said(NamedTuple):
    """One record: its message, and who appended it."""

    message: Message
    by: str


class _Board:
    """One charge point, its counters, and its register."""

    def __init__(self, number: int) -> None:
        self.cp_id = f"cp_{number:03}"
        self.board = f"bench-{number:03}"
        self.meter_id = f"meter-{number:03}"
        self.register_wh = 0
        self.seq = 0
        self._counts: Counter[str] = Counter()

    def says(self, kind: str, **fields: object) -> Said:
        self._counts[kind if not KINDS[kind].reliable else "n"] += 1
        own = ids.reliable_id(self.board, EPOCH, self._counts["n"])
        message_id = own if KINDS[kind].reliable else ids.lossy_id(self.board, EPOCH, self._counts[kind])
        return Said({"type": kind, "message_id": message_id, KINDS[kind].key: self.cp_id, **fields}, BRIDGE)

    def reading(self) -> Message:
        return {"meter_id": self.meter_id, "register_wh": self.register_wh}


def letters(charge_points: int, charges: int, now_ms: int) -> Iterator[Said]:
    """Charges run at all charge points at once, round after round. `now_ms`: since 1970, when they happened."""
    boards = [_Board(number) for number in range(charge_points)]
    for board in boards:
        yield from _registration(board)
    for start in range(0, charges, charge_points):
        numbers = range(start, min(start + charge_points, charges))
        # All charges have equally many letters: the first of each, then the second of each.
        for at_once in zip(*(_charge(boards[number - start], number, now_ms) for number in numbers), strict=True):
            yield from at_once


def _registration(board: _Board) -> Iterator[Said]:
    link_id = str(uuid5(_IDS, board.cp_id))
    registered = board.says(
        "register_request", location="Bench", price_per_kwh=0.2, rated_current_ma=32_000, **board.reading()
    )
    yield registered
    link_up: Message = {
        "type": "link_up", "message_id": str(uuid5(_IDS, link_id)), "cp_id": board.cp_id, "link_id": link_id,
        "board": board.board, "registration": registered.message["message_id"],
    }  # fmt: skip
    yield Said(link_up, BRIDGE)
    yield board.says("status_notification", state="idle", vehicle="present")
    yield board.says("heartbeat", state="idle")


def _charge(board: _Board, number: int, now_ms: int) -> Iterator[Said]:
    driver_id = f"drv_{number:012x}"
    request: Message = {
        "type": "charge_request", "message_id": str(uuid5(_IDS, f"request {number}")), "cp_id": board.cp_id,
        "driver_id": driver_id,
    }  # fmt: skip
    session = session_id(driver_id, str(request["message_id"]))
    registering = str(uuid5(_IDS, f"driver {number}"))
    yield Said({"type": "driver_register", "message_id": registering, "driver_id": driver_id}, API)
    yield Said(request, API)
    yield Said(_claim(request, session, now_ms), WORKER)
    board.seq += 1
    start_wh = board.register_wh
    yield board.says("command_response", seq=board.seq, accepted=True, session_id=session)
    yield board.says("charge_started", session_id=session, occurred_at_ms=now_ms, **board.reading())
    for reading in range(LIVE_FIGURES):
        yield _live_figures(board, session, board.register_wh - start_wh)
        if reading % LIVE_PER_CHECKPOINT == 0:
            board.register_wh += STEP_WH
            yield board.says("meter_checkpoint", session_id=session, occurred_at_ms=now_ms + reading, **board.reading())
    yield board.says(
        "charge_completion", session_id=session, meter_id=board.meter_id, start_register_wh=start_wh,
        end_register_wh=board.register_wh, started_at_ms=now_ms, ended_at_ms=now_ms + LIVE_FIGURES,
        reason="driver", relay_closed=True,
    )  # fmt: skip


def _claim(request: Message, session: str, now_ms: int) -> Message:
    """As the driver's fold says it, under the id it gives: saying it again then changes nothing."""
    driver_id = str(request["driver_id"])
    cause = Incoming(KINDS["charge_request"].topic, driver_id, request, now_ms, API)
    return {
        "type": "charge_claimed", "message_id": caused_by(cause, "charge_claimed"), "cp_id": request["cp_id"],
        "driver_id": driver_id, "session_id": session, "request_id": request["message_id"],
    }  # fmt: skip


def _live_figures(board: _Board, session: str, energy_wh: int) -> Said:
    return board.says(
        "charging_data", state="charging", session_id=session, session_energy_wh=energy_wh, power_w=POWER_W,
        current_ma=32_000, voltage_mv=231_000, limit_ma=32_000, limit_reason="rated", **board.reading(),
    )  # fmt: skip


def fill(log: Log, made: Iterable[Said]) -> int:
    """Appends them all, in order; how many. Raises what an append raises."""
    waiting: deque[Future[Appended]] = deque()
    count = 0
    for message, by in made:
        kind = KINDS[str(message["type"])]
        waiting.append(log.append(kind.topic, str(message[kind.key]), payload_of(message), appended_by(by)))
        count += 1
        if len(waiting) >= IN_FLIGHT:
            waiting.popleft().result(TIMEOUT_S)
    for future in waiting:
        future.result(TIMEOUT_S)
    return count
