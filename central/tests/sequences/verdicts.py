"""What must hold once all is quiet, each a property with a name. A verdict gives what it found, a line for each."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable

from wire.ids import parse

from central.fold.commands import ORDERS
from central.fold.meters import told_wh as told_wh_of
from central.model.ids import session_id
from central.model.rows import ChargingPoint, Command, Driver, Fault, Meter, Session
from central.model.states import ACCEPTED, OPEN
from central.money.order import limit_wh, order_of
from central.money.tariff import tariff_of
from central.tests.sequences.quiet import Probe
from central.tests.sequences.sites import sites_have_their_facts, stays_are_whole
from central.tests.sequences.wh import parts, placed, rows_of, tickets_of, told_wh
from central.tests.sequences.world import World

Found = Iterable[str]
MOST_W = 125 * 825 + 1_000  # three phases of the most that a registration can say, and a tenth more
SLACK_MS = 60_000
STALE_MS = 2 * 60_000  # request_ttl, and a minute for the way


# --- nothing is left open ---


def no_open_session(world: World) -> Found:
    for row in rows_of(world.worker, Session):
        if row.status in OPEN:
            yield f"session of {row.driver_id} at {row.cp_id} is {row.status}"


def no_open_claim(world: World) -> Found:
    for row in rows_of(world.worker, Driver):
        if row.claim_session_id is not None:
            session = world.worker.rows.table.get((Session, (row.claim_session_id,)))
            state = "no session" if session is None else f"a session that is {session.status}"
            yield f"{row.driver_id} holds a claim at {row.claim_cp_id} on {state}"


def no_open_deadline(world: World) -> Found:
    """But an order stands until its engine takes it."""
    for row in world.worker.live.values():
        if not row.deadline_id.startswith("orders:") or _is_taken(world, row.key):
            yield f"{row.deadline_id} is due {(row.due_at_ms - world.time.now_ms) // 1000} s from now"


def _is_taken(world: World, cp_id: str) -> bool:
    told = [row for row in rows_of(world.worker, Command) if row.cp_id == cp_id and row.kind in ORDERS]
    return not told or max(told, key=lambda row: row.seq).state == ACCEPTED


def no_open_fault(world: World) -> Found:
    left = {at.cp_id for at in world.posts if not at.is_gone}
    for row in rows_of(world.worker, Fault):
        if row.cleared_at_ms is None and row.cp_id in left:
            yield f"{row.cp_id} has {row.fault}, which its boards do not have"


def posts_are_free(world: World) -> Found:
    for at in world.posts:
        row = world.worker.rows.table.get((ChargingPoint, (at.cp_id,)))
        status = None if row is None else row.status
        expected = ("DISCONNECTED",) if at.is_gone else ("ACTIVE",)
        if status not in expected:
            yield f"{at.cp_id} is {status}, though its engine is {'gone' if at.is_gone else at.engine.state}"


# --- money ---


def every_wh_has_a_place(world: World) -> Found:
    told, found = told_wh(world.worker), placed(world.worker, rows_of(world.worker, Session))
    for meter in sorted(set(told) | set(found)):
        places = found.get(meter)
        total_wh = 0 if places is None else places.total_wh
        if total_wh != told.get(meter, 0):
            yield f"{meter[1]} of {meter[0]} told {told.get(meter, 0)} Wh, but {total_wh} Wh have a place: {places}"


def parts_do_not_overlap(world: World) -> Found:
    """No two sessions have the same Wh, billed, held or unbilled."""
    for (cp_id, meter_id, _), sessions in parts(world.worker).items():
        reached_wh = 0
        for start_wh, end_wh, row in sessions:
            if start_wh < reached_wh:
                yield f"{row.driver_id} has {start_wh} to {end_wh} of {meter_id} at {cp_id}, taken to {reached_wh}"
            reached_wh = max(reached_wh, end_wh)


def accounts_add_up(world: World) -> Found:
    """By Central's own account of each meter: what it told, and what has a place."""
    found = placed(world.worker, rows_of(world.worker, Session))
    for row in rows_of(world.worker, Meter):
        places = found[row.cp_id, row.meter_id]
        if told_wh_of(row) != places.total_wh or places.unassigned_wh < 0:
            yield f"{row.meter_id} of {row.cp_id} told {told_wh_of(row)} Wh, {places.total_wh} have a place: {places}"


def bills_are_plausible(world: World) -> Found:
    """No more than any charge point can deliver between the request and the ticket; while the log's clock is right,
    and but for what the operator took on his own word.
    """
    if "log_clock" in world.mishaps:
        return
    told = [each.message for each in world.worker.incoming]
    accepted = {message.get("session_id") for message in told if message.get("action") == "accept_held"}
    for each in world.worker.incoming:
        message = each.message
        if message["type"] != "ticket" or message["session_id"] in accepted:
            continue
        row = world.worker.rows.table[Session, (message["session_id"],)]
        most_wh = MOST_W * (each.at_ms - row.requested_at_ms + SLACK_MS) // 3_600_000
        if message["energy_wh"] > most_wh:
            yield f"{row.driver_id} pays {message['energy_wh']} Wh; {most_wh} can have flowed since the request"


def bill_is_within_order(world: World) -> Found:
    orders = _orders(world)
    for row in rows_of(world.worker, Session):
        energy_wh = row.energy_wh or 0
        if row.max_energy_wh is not None and energy_wh > row.max_energy_wh:
            yield f"{row.driver_id} ordered {row.max_energy_wh} Wh at most, and pays {energy_wh}"
        cost = orders.get(row.session_id)
        if cost is not None and (row.cost_minor or 0) > cost:
            yield f"{row.driver_id} ordered for {cost} at most, and pays {row.cost_minor}"


def bill_is_within_time(world: World) -> Found:
    """By its tickets: a session that was given up before it was heard of ended, for Central, long after its charge."""
    tickets = tickets_of(world.worker)
    for row in rows_of(world.worker, Session):
        told = [json.loads(each.body) for each in tickets.get(row.session_id, [])]
        lasted_ms = max((each["ended_at_ms"] - each["started_at_ms"] for each in told), default=0)
        if row.max_duration_s is not None and row.energy_wh and lasted_ms > row.max_duration_s * 1_000:
            yield f"{row.driver_id} ordered {row.max_duration_s} s at most, and pays for {lasted_ms} ms"


def _orders(world: World) -> dict[str, int]:
    """The money ordered, by session."""
    claimed = (each.message for each in world.worker.incoming if each.message["type"] == "charge_claimed")
    return {each["session_id"]: each["max_cost_minor"] for each in claimed if each.get("max_cost_minor") is not None}


def tickets_are_a_chain(world: World) -> Found:
    """One, or corrections with rising numbers, that add up to the session's cost."""
    tickets = tickets_of(world.worker)
    for row in rows_of(world.worker, Session):
        mine = tickets.get(row.session_id, [])
        if sorted(each.number for each in mine) != list(range(1, len(mine) + 1)):
            yield f"session of {row.driver_id}: tickets {[each.number for each in mine]}"
        if (row.energy_wh is not None) != bool(mine) or (row.status == "completed" and not mine):
            yield f"session of {row.driver_id} is {row.status}, {row.energy_wh} Wh, with {len(mine)} tickets"
        cost = sum(json.loads(each.body)["cost_minor"] for each in mine)
        if mine and cost != row.cost_minor:
            yield f"session of {row.driver_id} costs {row.cost_minor}, its tickets {cost}"


def whole_charges_are_billed(world: World) -> Found:
    """What an engine said in the end is billed, up to the order, where no flash, board or record was lost.

    Where the log's clock stepped, and boards set theirs by it, nobody may know how long a charge took: what cannot be
    believed then is kept for the operator.
    """
    if world.mishaps & {"rolled_back"}:
        return
    spoilt = {each.split()[1] for each in world.mishaps if each.startswith(("wiped ", "swapped ", "damaged ", "gone "))}
    for engine in world.engines:
        for session, told in engine.completions.items():
            row = world.worker.rows.table.get((Session, (session,)))
            energy_wh = told["end_register_wh"] - told["start_register_wh"]
            if engine.cp_id in spoilt or energy_wh == 0 or _is_too_long(row):
                continue
            billed_wh = 0 if row is None else row.energy_wh or 0
            kept_wh = row.held_wh + row.unbilled_wh if row is not None and "log_clock" in world.mishaps else 0
            most_wh = energy_wh if row is None else _most_wh(row, energy_wh)
            if not billed_wh <= most_wh <= billed_wh + kept_wh:
                what = "no session" if row is None else f"{row.status} {row.reason} {row.flags}"
                yield f"{engine.cp_id} charged {energy_wh} Wh ({told['reason']}); billed are {billed_wh} ({what})"


def _most_wh(row: Session, told_wh: int) -> int:
    limit = limit_wh(order_of(row), tariff_of(row.tariff))
    return told_wh if limit is None else min(told_wh, limit)


def _is_too_long(row: Session | None) -> bool:
    """The engine went on for longer than was ordered: the bill ends between two readings."""
    return row is not None and row.max_duration_s is not None and "over_order" in row.flags


# --- the line ---


def honest_boards_are_heard(world: World) -> Found:
    """Of what the boards of today say, nothing is a dead letter. But a board that was not bound yet knocks, and a log
    that was rolled back knows no session and no command that it lost. Beside a clock that stepped, a checkpoint may
    look implausible; its charge's end tells it again.
    """
    excused = {"not_bound"}
    excused |= {"implausible"} if "log_clock" in world.mishaps else set()
    excused |= {"unknown_session", "unknown_command"} if "rolled_back" in world.mishaps else set()
    codes: defaultdict[str, int] = defaultdict(int)
    boards = {board.name for at in world.posts for board in (at.monitor, at.engine.board)}
    for number, refused in world.worker.refused.items():
        parsed = parse(world.worker.incoming[number].message["message_id"])
        if parsed is not None and parsed[0] in boards and refused.code not in excused:
            codes[f"{world.worker.incoming[number].message['type']}: {refused.code}"] += 1
    for code, count in codes.items():
        yield f"{count} of {code}"


def strangers_can_charge(probes: list[Probe]) -> Found:
    for each in probes:
        session = each.session
        state = "no session" if session is None else f"{session.status} {session.reason} {session.energy_wh} Wh"
        if session is None or session.status != "completed" or session.energy_wh != 1_000 or each.told_wh != 1_000:
            yield f"{each.cp_id}: a charge of 1,000 Wh became: {state}; its engine told {each.told_wh} Wh"


def stale_requests_start_nothing(world: World) -> Found:
    """What is claimed long after it was asked for starts no charge: nobody stands at the car any more."""
    if world.mishaps & {"log_clock", "rolled_back"}:
        return
    asked_ms: dict[str, int] = {}
    for each in world.worker.incoming:
        message = each.message
        if message["type"] == "charge_request":
            asked_ms.setdefault(session_id(message["driver_id"], message["message_id"]), each.at_ms)
        elif message["type"] == "charge_claimed":
            late_ms = each.at_ms - asked_ms.get(message["session_id"], each.at_ms)
            row = world.worker.rows.table.get((Session, (message["session_id"],)))
            if late_ms > STALE_MS and row is not None and row.status != "failed":
                yield f"{row.driver_id} asked {late_ms // 1000} s before {row.cp_id} was told, and it is {row.status}"


VERDICTS: dict[str, Callable[[World], Found]] = {
    "no_open_session": no_open_session,
    "no_open_claim": no_open_claim,
    "no_open_deadline": no_open_deadline,
    "no_open_fault": no_open_fault,
    "posts_are_free": posts_are_free,
    "every_wh_has_a_place": every_wh_has_a_place,
    "accounts_add_up": accounts_add_up,
    "parts_do_not_overlap": parts_do_not_overlap,
    "bills_are_plausible": bills_are_plausible,
    "bill_is_within_order": bill_is_within_order,
    "bill_is_within_time": bill_is_within_time,
    "tickets_are_a_chain": tickets_are_a_chain,
    "whole_charges_are_billed": whole_charges_are_billed,
    "honest_boards_are_heard": honest_boards_are_heard,
    "stale_requests_start_nothing": stale_requests_start_nothing,
    "stays_are_whole": stays_are_whole,
    "sites_have_their_facts": sites_have_their_facts,
}

# What is noted on the way, and by folding again.
NOTED = (
    "final_unchanged",
    "refused_changes_nothing",
    "no_exception",
    "talk_ends",
    "claims_are_freed",
    "numbers_keep_their_content",
    "record_time_heals",
    "service_agrees",
    "interleaved_makes_the_same",
    "repeated_makes_the_same",
    "sql_makes_the_same",
    "parked_makes_the_same",
)
HONEST = frozenset((*VERDICTS, *NOTED, "strangers_can_charge"))
# Where anybody may speak as a board, faults and links are whatever was said last, registers are no truth to measure
# by, and boards are rightly refused. People and books must be well all the same.
HOSTILE = HONEST - {
    "no_open_fault",
    "posts_are_free",
    "every_wh_has_a_place",
    "whole_charges_are_billed",
    "numbers_keep_their_content",
    "honest_boards_are_heard",
    "service_agrees",
    "strangers_can_charge",
}
JUDGED: dict[str, frozenset[str]] = {"honest": HONEST, "hostile": HOSTILE}
