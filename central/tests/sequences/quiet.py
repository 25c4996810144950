"""How a history ends: everything that went wrong is mended, the boards empty their journals, cars leave, deadlines
fire; then a stranger charges at every post that is left.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from central.model.ids import session_id
from central.model.rows import ChargingPoint, Fault, Session
from central.tests.sequences.event_log import Partition
from central.tests.sequences.people import operate
from central.tests.sequences.world import HOUR_MS, SECOND_MS, World

MINUTE_MS = 60_000
SOUND_IN_A_ROW = 3
QUIET_MS = 72 * HOUR_MS  # longer than any deadline; but an order that is never taken is said again and again


@dataclass(frozen=True)
class Probe:
    """A charge by somebody new once all is quiet. `told_wh`: what the engine's completion says of it, None without."""

    cp_id: str
    session: Session | None
    told_wh: int | None


def settle(world: World) -> None:
    """Until nothing is left to say. What is gone for good is gone; its sessions run out."""
    _mend(world)
    mended_ms = world.time.now_ms
    lengths = {partition: len(records) for partition, records in world.log.partitions.items()}
    world.advance(5 * MINUTE_MS)
    _compare_service(world)
    for number, at in enumerate(world.posts, 1):
        if at.engine.is_on:
            at.engine.mend()
            at.engine.unplug()
        if not at.is_gone:
            operate(world, number, "reset")
            operate(world, number, "resume")
        if not at.is_gone and not at.is_registered:
            operate(world, number, "replace")  # a log that was rolled back has forgotten the word
    world.advance(10 * MINUTE_MS)
    _compare_marks(world, lengths)
    _clear_lost_faults(world)
    while (in_ms := world.worker.due_in_ms()) is not None and world.time.now_ms - mended_ms < QUIET_MS:
        world.advance(in_ms + SECOND_MS)
    world.advance(5 * MINUTE_MS)


def _clear_lost_faults(world: World) -> None:
    """A log that was rolled back may have forgotten that a fault ended, and its board will not say so again."""
    if "rolled_back" in world.mishaps:
        for row in world.rows_of(Fault):
            if row.cleared_at_ms is None:
                told = {"cp_id": row.cp_id, "action": "clear_fault", "fault": row.fault}
                world.say("operator", "operator_request", **told)


def _compare_service(world: World) -> None:
    """Whether each engine takes starts as the operator said last. What was not taken is said again within an hour."""
    if any(_disagreements(world)):
        world.advance(HOUR_MS + MINUTE_MS)
    world.findings += [("service_agrees", text) for text in _disagreements(world)]


def _disagreements(world: World) -> Iterator[str]:
    for at in world.posts:
        row = world.worker.rows.table.get((ChargingPoint, (at.cp_id,)))
        if row is not None and at.is_registered and row.stopped != at.engine.flash.is_out_of_service:
            yield f"{at.cp_id} is {'stopped' if row.stopped else 'in service'}, its engine is not"


def _compare_marks(world: World, lengths: Mapping[Partition, int]) -> None:
    """Since the clocks are right, the time of records is the log's after three of them. `lengths`: when they were."""
    for partition, place in world.worker.places.items():
        stamps = [each.stamp_ms for each in world.log.partitions[partition][lengths.get(partition, 0) :]]
        if len(stamps) > SOUND_IN_A_ROW and abs(place.mark.at_ms - stamps[-1]) > MINUTE_MS:
            text = f"{partition} is {(place.mark.at_ms - stamps[-1]) // 1000} s ahead of its newest record"
            world.findings.append(("record_time_heals", text))


def probe(world: World) -> list[Probe]:
    """One charge of 1,000 Wh at each post that is left."""
    asked: list[tuple[int, str]] = []
    for number, at in enumerate(world.posts, 1):
        if at.is_gone:
            continue
        driver = f"probe-{at.cp_id}"
        world.say("api", "driver_register", driver_id=driver)
        world.turn()
        at.engine.plug(11_000, 1_000)
        world.say("api", "charge_request", message_id="probe", driver_id=driver, cp_id=at.cp_id)
        world.turn()
        asked.append((number, session_id(driver, "probe")))
    world.advance(10 * MINUTE_MS)
    for at in world.posts:
        if at.engine.is_on:
            at.engine.unplug()
    world.advance(26 * HOUR_MS if world.worker.live else MINUTE_MS)
    return [_probe(world, number, session) for number, session in asked]


def _probe(world: World, number: int, session: str) -> Probe:
    at = world.post(number)
    told = at.engine.completions.get(session)
    told_wh = None if told is None else told["end_register_wh"] - told["start_register_wh"]
    return Probe(at.cp_id, world.worker.rows.table.get((Session, (session,))), told_wh)


def _mend(world: World) -> None:
    later, world.later = world.later, []
    for _, happen in sorted(later, key=lambda each: each[0]):
        happen()
    world.log.is_away = world.worker.is_down = False
    world.log.wild_ms.clear()
    world.bridge.is_up, world.bridge.latency_ms = True, 0
    world.bridge.failures.clear()
    world.bridge.lost_acks.clear()
    world.worker.crash_after = None
    world.worker.batch = 100
    for clock in (world.log.clock, world.worker.clock, world.bridge.clock):
        clock.offset_ms = 0
    for at in world.posts:
        at.is_cut_off = at.is_deaf = False
        at.has_wire = True
    world.turn()
