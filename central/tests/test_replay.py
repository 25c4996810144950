"""Random histories: what must hold after each, and that repeats, interleaving and folding anew make the same rows."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from central.fold.apply import apply
from central.model.ids import session_id
from central.model.records import Incoming, Refused
from central.model.rows import ChargeRequest, ChargingPoint, Driver, Fault, Session, Ticket
from central.model.site_rows import SiteStay
from central.model.states import COMPLETED, FINAL, Facts, status_of
from central.model.terms import Terms
from central.money.order import order_of, within
from central.money.readings import energy_wh, from_text
from central.money.tariff import cost_minor, tariff_of
from central.tests.charging import answer, ask, checkpoint, complete, connect, driver, register, start
from central.tests.line_in_memory import LineInMemory
from central.tests.memory_rows import MemoryRows

POINTS = ("cp_001", "cp_002")
DRIVERS = ("ada", "bob")
SITES = ("north", "south", "ada")
Act = Callable[["History"], None]


class History:
    """Acts on two charge points and two drivers, sensible or not, chosen by `random`."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.line = LineInMemory()
        self.registers: dict[str, int] = dict.fromkeys(POINTS, 1_000)
        self.requests: list[tuple[str, str, str]] = []  # charge point, driver, session
        for cp in POINTS:
            connect(self.line, cp, board=f"board-{cp}", link=f"first-{cp}")
        for name in DRIVERS:
            driver(self.line, name)

    def act(self) -> None:
        self.random.choice(ACTS)(self)

    def cp(self) -> str:
        return self.random.choice(POINTS)

    def session(self) -> tuple[str, str, str]:
        known = self.requests[-3:] or [(self.cp(), "ada", session_id("ada", "never asked"))]
        return self.random.choice(known)

    def register_of(self, cp: str) -> int:
        self.registers[cp] += self.random.choice((0, 10, 100, 50_000))
        return self.registers[cp]


def _ask(history: History) -> None:
    cp, name, request = history.cp(), history.random.choice(DRIVERS), f"r{history.random.randint(0, 9)}"
    limits: dict[str, Any] = history.random.choice(
        ({}, {"max_cost_minor": 1}, {"price_per_kwh": 0.25}, {"max_energy_wh": 50}, {"max_duration_s": 30})
    )
    history.requests.append((cp, name, ask(history.line, request, name, cp, **limits)))


def _stop(history: History) -> None:
    _, name, session = history.session()
    history.line.says("charge_stop_request", "api", driver_id=name, session_id=session)


def _answer(history: History) -> None:
    cp = history.cp()
    seq = max(1, history.line.point(cp).seq - history.random.randint(0, 2))
    reason = history.random.choice((None, None, None, "busy", "superseded", "unknown_session"))
    answer(history.line, seq, reason is None, reason, cp)


def _start(history: History) -> None:
    cp, _, session = history.session()
    start(history.line, session, history.register_of(cp), cp)


def _checkpoint(history: History) -> None:
    cp, _, session = history.session()
    stamp_ms = history.line.now_ms - history.random.choice((0, 0, 0, 90_000))
    meter = history.random.choice(("meter1", "meter1", "meter1", "meter2"))
    checkpoint(history.line, session, history.register_of(cp), cp, meter_id=meter, occurred_at_ms=stamp_ms)


def _complete(history: History) -> None:
    cp, _, session = history.session()
    start_wh = history.registers[cp] - history.random.choice((0, 100))
    closed = history.random.random() < 0.8
    reason = history.random.choice(("driver", "vehicle", "fault"))
    end_wh = history.register_of(cp) if closed else start_wh
    complete(history.line, session, end_wh, cp, start_register_wh=start_wh, relay_closed=closed, reason=reason)


def _operate(history: History) -> None:
    action = history.random.choice(("stop", "resume", "resume", "reset", "price_change", "replace", "site", "remove"))
    price = {"price_per_kwh": history.random.choice((0.1, 0.25, 0.3))} if action == "price_change" else {}
    site = {"site_id": history.random.choice(SITES)} if action == "site" and history.random.random() < 0.7 else {}
    history.line.says("operator_request", "operator", cp_id=history.cp(), action=action, **price, **site)


def _change_site(history: History) -> None:
    fields: dict[str, Any] = history.random.choice(
        ({"name": "North", "time_zone": "UTC"}, {"address": "Kiel"}, {"guests": True}, {})
    )
    action = history.random.choice(("add", "set", "set", "remove"))
    by, site_id = history.random.choice(("operator", "api")), history.random.choice(SITES)
    history.line.says("site_request", by, site_id=site_id, action=action, **fields)


def _register(history: History) -> None:
    cp = history.cp()
    register(history.line, cp, history.random.choice((f"board-{cp}", f"board-{cp}", "another")))


def _link(history: History) -> None:
    cp = history.cp()
    kind = history.random.choice(("link_up", "link_up", "link_down"))
    board = {"board": history.line.point(cp).board} if kind == "link_up" else {}
    history.line.says(kind, "bridge", cp_id=cp, link_id=f"{history.random.randint(0, 2)}", **board)


def _fault(history: History) -> None:
    kind = history.random.choice(("fault_notification", "recovery_notification", "recovery_notification"))
    info: dict[str, Any] = {"failure_info": "x"} if kind == "fault_notification" else {}
    cp = history.cp()
    board = history.line.point(cp).board or ""
    history.line.board_says(kind, board=board, cp=cp, fault=history.random.choice((None, "hot")), **info)


def _hush(history: History) -> None:
    history.line.says(history.random.choice(("silent", "heard", "heard")), "ticker", cp_id=history.cp())


def _wait(history: History) -> None:
    history.line.tick(history.random.choice((1_000, 6_000, 40_000, 3_600_000, 90_000_000)))


ACTS: tuple[Act, ...] = (
    _ask, _ask, _ask, _stop, _answer, _answer, _start, _start, _checkpoint, _checkpoint, _complete, _complete, _operate,
    _change_site, _register, _link, _link, _fault, _hush, _wait, _wait,
)  # fmt: skip


def history_of(random: Random, acts: int) -> History:
    history = History(random)
    for _ in range(acts):
        history.act()
    return history


def refold(records: list[Incoming]) -> tuple[MemoryRows, dict[str, dict[str, Any]]]:
    """The rows of these records alone, and what the folds said, by message_id."""
    rows = MemoryRows()
    said: dict[str, dict[str, Any]] = {}
    for record in records:
        try:
            outgoing = apply(rows.of(record.key), record, Terms())
        except Refused:
            continue
        said.update({each.message["message_id"]: each.message for each in outgoing})
    return rows, said


def repeated(line: LineInMemory, random: Random) -> list[Incoming]:
    """Half of the records again, somewhere later, at the time of where they come.

    Not a stranger's: those leave no trace, so that what was refused of a board before it was bound counts afterwards.
    """
    result = list(line.log)
    admitted = [record for record in line.log if record not in line.strangers]
    for record in random.sample(admitted, len(admitted) // 2):
        at = random.randint(result.index(record) + 1, _repeatable_until(result, record))
        result.insert(at, replace(record, at_ms=max(record.at_ms, result[at - 1].at_ms)))
    return result


def _repeatable_until(records: list[Incoming], record: Incoming) -> int:
    """A registration that is told again after the operator has made room is judged anew."""
    if record.message["type"] == "register_request":
        for number in range(records.index(record) + 1, len(records)):
            of_key = records[number].key == record.key
            if of_key and records[number].message.get("action") in ("replace", "remove"):
                return number
    return len(records)


def interleaved(records: list[Incoming], random: Random) -> list[Incoming]:
    """The records of each key in their order, those of different keys in any."""
    queues: dict[tuple[str, str], list[Incoming]] = defaultdict(list)
    for record in records:
        queues[record.topic, record.key].append(record)
    order = [name for name, queue in queues.items() for _ in queue]
    random.shuffle(order)
    return [queues[name].pop(0) for name in order]


RANDOM = st.integers(0, 2**32).map(Random)


@settings(max_examples=60, deadline=None)
@given(RANDOM, st.integers(1, 80))
def test_repeats_and_interleaving_make_the_same_rows(random: Random, acts: int):
    line = history_of(random, acts).line
    rows, said = refold(interleaved(repeated(line, random), random))
    assert rows.table == line.rows.table
    logged = {record.message["message_id"]: record.message for record in line.log if record.appender == "worker"}
    commands = {message["message_id"]: message for message in line.commands}
    assert said == {**logged, **commands}


@settings(max_examples=60, deadline=None)
@given(RANDOM, st.integers(1, 80))
def test_books_hold_after_every_act(random: Random, acts: int):
    history = History(random)
    for _ in range(acts):
        history.act()
        check_points(history.line)
        check_sessions(history.line)
        check_drivers(history.line)


def check_points(line: LineInMemory) -> None:
    for point in line.rows.all(ChargingPoint):
        check_stays(line, point)
        faulty = any(row.cleared_at_ms is None for row in line.rows.all(Fault) if row.cp_id == point.cp_id)
        facts = Facts(point.link_id is not None, point.silent, faulty, point.session_id is not None, point.stopped)
        assert point.status == status_of(facts)
        if point.session_id is not None:
            assert line.session(point.session_id).status in ("authorized", "in_progress")


def check_stays(line: LineInMemory, point: ChargingPoint) -> None:
    """One after the other, and the charge point is where the last one says that it still is."""
    stays = [row for row in line.rows.all(SiteStay) if row.cp_id == point.cp_id]
    assert [row.site_id for row in stays if row.until_ms is None] == ([] if point.site_id is None else [point.site_id])
    bounds = [row.since_ms if until is None else until for row in stays for until in (None, row.until_ms)]
    assert bounds == sorted(bounds)
    assert point.removed_at_ms is None or point.site_id is None


def check_sessions(line: LineInMemory) -> None:
    tickets = {row.session_id for row in line.rows.all(Ticket)}
    for row in line.rows.all(Session):
        assert (row.energy_wh is not None) == (row.session_id in tickets)
        assert row.status != COMPLETED or row.energy_wh is not None
        assert row.unbilled_wh >= 0
        assert row.held_wh >= 0
        assert row.claim_released or row.status not in FINAL
        if row.energy_wh is not None:
            assert row.energy_wh == (row.end_register_wh or 0) - (row.start_register_wh or 0) >= 0
            readings = from_text(row.readings)
            assert row.energy_wh == energy_wh(readings)
            assert row.cost_minor == cost_minor(tariff_of(row.tariff), readings)
            assert within(readings, order_of(row), tariff_of(row.tariff)) == readings
            assert list(readings) == sorted(readings) == sorted(readings, key=lambda each: each.register_wh)
            assert row.started_at_ms is not None
            assert row.ended_at_ms is not None
            assert row.requested_at_ms <= row.started_at_ms <= row.ended_at_ms <= line.now_ms


def check_drivers(line: LineInMemory) -> None:
    for row in line.rows.all(Driver):
        claimed = [each for each in line.rows.all(ChargeRequest) if each.driver_id == row.driver_id]
        standing = [each.session_id for each in claimed if each.state == "claimed"]
        assert standing == ([] if row.claim_session_id is None else [row.claim_session_id])
        if row.claim_session_id is not None:
            assert not line.session(row.claim_session_id).claim_released


def test_the_same_history_twice_makes_the_same_rows():
    """Nothing but the records goes in: neither a clock nor chance."""
    one, other = (history_of(Random(4), 200) for _ in range(2))
    assert one.line.rows.table == other.line.rows.table
    assert [record.message for record in one.line.log] == [record.message for record in other.line.log]
