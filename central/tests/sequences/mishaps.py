"""What goes wrong though everybody is honest: power, flash, boards, lines, the bridge, the log, Central, clocks."""

from collections.abc import Callable
from functools import partial
from random import Random

from central.tests.sequences import board_mishaps as boards
from central.tests.sequences.acts import ActKind, Args, Table
from central.tests.sequences.people import one, operate, post_of
from central.tests.sequences.world import HOUR_MS, SECOND_MS, World

FAULTS = ("over_current", "over_temperature", "relay_stuck")
# How long something is away: a blink, minutes, hours, longer than a session is waited for.
AWAY_S = (1, 5, 40, 300, 900, 7_200, 30_000, 100_000)
STEPS_MS = (-25 * HOUR_MS, -HOUR_MS, -90_000, 90_000, HOUR_MS, 25 * HOUR_MS)


def _away(random: Random) -> Args:
    return post_of(random), random.choice(AWAY_S)


# --- lines and bridge ---


def _drop_line(world: World, post: int, seconds: int, noticed: int) -> None:
    at = world.post(post)
    if at.is_cut_off or at.is_gone:
        return
    world.bridge.hang_up(at, noticed=bool(noticed))
    at.lose_line()
    at.is_cut_off = True
    world.after(seconds * SECOND_MS, lambda: setattr(at, "is_cut_off", False))


def _command_the_absent(world: World, post: int, count: int) -> None:
    """The operator says a lot to a post that has no network."""
    _drop_line(world, post, 3_600, 1)
    for number in range(count):
        operate(world, post, ("reset", "stop", "resume")[number % 3])


def _deafen(world: World, post: int, seconds: int) -> None:
    at = world.post(post)
    if at.is_deaf or at.link_id is None:
        return
    at.is_deaf = True

    def notice() -> None:
        at.is_deaf = False
        at.lose_line()

    world.after(seconds * SECOND_MS, notice)


def _kill_bridge(world: World, seconds: int) -> None:
    world.bridge.is_up = False
    for at in world.posts:
        at.lose_line()
    world.after(seconds * SECOND_MS, lambda: setattr(world.bridge, "is_up", True))


def _slow_line(world: World, seconds: int) -> None:
    """Commands take their time; what lies in a socket does not know how old it gets."""
    world.bridge.latency_ms = seconds * SECOND_MS
    world.after(600 * SECOND_MS, lambda: setattr(world.bridge, "latency_ms", 0))


def _fail_appends(world: World, pattern: tuple[bool, ...]) -> None:
    world.bridge.failures.extend(pattern)


def _lose_acks(world: World, pattern: tuple[bool, ...]) -> None:
    world.bridge.lost_acks.extend(pattern)


def _pattern(random: Random) -> Args:
    return (tuple(random.random() < 0.5 for _ in range(random.randint(1, 12))),)


# --- log and Central ---


def _take_log_away(world: World, seconds: int) -> None:
    world.log.is_away = True
    world.after(seconds * SECOND_MS, lambda: setattr(world.log, "is_away", False))


def _roll_log_back(world: World, count: int) -> None:
    """A disk forgot its newest records, and the bridge closed its lines. Central stops, and is rebuilt from what is
    there.
    """
    world.mishaps.add("rolled_back")
    world.log.lose_newest(min(count, len(world.log.records) - world.first_records))
    for at in world.posts:
        at.lose_line()
    world.worker.rebuild()


def _stop_worker(world: World, seconds: int) -> None:
    world.worker.is_down = True
    world.after(seconds * SECOND_MS, lambda: setattr(world.worker, "is_down", False))


def _crash(world: World, count: int) -> None:
    world.worker.crash_after = count


def _roll_batch_back(world: World, count: int) -> None:
    world.worker.roll_back(count)


def _cut_batches(world: World, size: int) -> None:
    world.worker.batch = size


# --- clocks ---


def _step_board(world: World, post: int, step_ms: int) -> None:
    world.mishaps.add("board_clock")
    engine = world.post(post).engine
    if engine.clock_offset_ms is not None:
        engine.clock_offset_ms += step_ms


def _step_log(world: World, step_ms: int) -> None:
    world.mishaps.add("log_clock")
    world.log.clock.offset_ms += step_ms


def _stamp_wildly(world: World, count: int, step_ms: int) -> None:
    world.mishaps.add("log_clock")
    world.log.wild_ms.extend([step_ms] * count)


def _step_host(attribute: str) -> Callable[[World, int], None]:
    def step(world: World, step_ms: int) -> None:
        world.mishaps.add("host_clock")
        getattr(world, attribute).clock.offset_ms += step_ms

    return step


def _step(random: Random) -> Args:
    return (random.choice(STEPS_MS),)


def _seconds(random: Random) -> Args:
    return (random.choice(AWAY_S),)


MISHAPS: Table = {
    "power cut": ActKind(4, "the power of post {0} is cut for {1} s", _away, boards.cut_power),
    "engine reboots": ActKind(2, "the engine of post {0} is off for {1} s", _away, boards.reboot_engine),
    "monitor reboots": ActKind(2, "the monitor of post {0} is off for {1} s", _away, boards.reboot_monitor),
    "wipe": ActKind(2, "the engine of post {0} comes back with new flash", one, boards.wipe),
    "wipe monitor": ActKind(1, "the monitor of post {0} comes back with new flash", one, boards.wipe_monitor),
    "swap engine": ActKind(1, "another engine is built into post {0}", one, boards.swap_engine),
    "swap monitor": ActKind(1, "the operator replaces the monitor of post {0}", one,
                            partial(boards.swap_monitor, asked_first=True)),
    "swap monitor, then say so": ActKind(1, "the monitor of post {0} is replaced, and then the operator says so", one,
                                         partial(boards.swap_monitor, asked_first=False)),
    "retired board": ActKind(2, "a board that was built out tells what it still has ({0})",
                             lambda r: (r.randrange(9),), boards.empty_retired),
    "keep": ActKind(1, "the operator says replace of post {0}, and takes it back", one, boards.think_better),
    "remove": ActKind(1, "the operator removes post {0}, if it is dark", one, boards.remove),
    "gone": ActKind(1, "post {0} is gone for good", lambda r: (r.randint(1, 2),), boards.go),
    "fault": ActKind(3, "post {0} has the fault {1} for {2} s",
                     lambda r: (post_of(r), r.choice(FAULTS), r.choice(AWAY_S)), boards.fail),
    "cut wire": ActKind(2, "the wire between monitor and engine of post {0} is cut for {1} s", _away, boards.cut_wire),
    "damage flash": ActKind(1, "flash of post {0} loses the {1} oldest unacked messages of the engine",
                            lambda r: (post_of(r), r.randint(1, 3)), boards.damage),
    "lost numbers": ActKind(1, "the log has lost {1} numbers of the engine of post {0}",
                            lambda r: (post_of(r), r.choice((10, 80, 5_000))), boards.lose_numbers),
    "served elsewhere": ActKind(1, "the engine of post {0} has seen {1} commands elsewhere",
                                lambda r: (post_of(r), r.choice((1, 5, 600, 1_500, 40_000))), boards.serve_elsewhere),
    "commands to the absent": ActKind(1, "post {0} has no network, and the operator says {1} things to it",
                                      lambda r: (post_of(r), r.choice((10, 1_100))), _command_the_absent),
    "drop line": ActKind(5, "post {0} has no network for {1} s (noticed: {2})",
                         lambda r: (*_away(r), r.randrange(2)), _drop_line),
    "deaf line": ActKind(2, "the line of post {0} stands and carries nothing for {1} s", _away, _deafen),
    "bridge killed": ActKind(2, "the bridge is down for {0} s", _seconds, _kill_bridge),
    "slow line": ActKind(1, "for ten minutes commands take {0} s to boards", lambda r: (r.choice((2, 40, 240)),),
                         _slow_line),
    "failed appends": ActKind(5, "the bridge's next appends fail: {0}", _pattern, _fail_appends),
    "lost acks": ActKind(4, "the next acks get lost: {0}", _pattern, _lose_acks),
    "log away": ActKind(3, "the log is away for {0} s", _seconds, _take_log_away),
    "log rolled back": ActKind(1, "the log loses its {0} newest records", lambda r: (r.choice((1, 5, 30, 90)),),
                               _roll_log_back),
    "worker down": ActKind(2, "Central's worker is down for {0} s", _seconds, _stop_worker),
    "crash": ActKind(3, "Central dies after it published {0} records of its outbox", lambda r: (r.randint(1, 3),),
                     _crash),
    "batch rolled back": ActKind(2, "a batch of {0} records is rolled back", lambda r: (r.randint(1, 5),),
                                 _roll_batch_back),
    "batches": ActKind(1, "Central takes {0} records at a time", lambda r: (r.choice((1, 2, 7, 100)),), _cut_batches),
    "board clock": ActKind(1, "the clock of post {0} steps by {1} ms", lambda r: (post_of(r), r.choice(STEPS_MS)),
                           _step_board),
    "log clock": ActKind(1, "the log's clock steps by {0} ms", _step, _step_log),
    "wild stamps": ActKind(1, "the next {0} records are stamped {1} ms off",
                           lambda r: (r.randint(1, 4), r.choice(STEPS_MS)), _stamp_wildly),
    "worker clock": ActKind(1, "the clock of Central's host steps by {0} ms", _step, _step_host("worker")),
    "bridge clock": ActKind(1, "the clock of the bridge's host steps by {0} ms", _step, _step_host("bridge")),
}  # fmt: skip
