"""What goes wrong though everybody is honest: power, flash, boards, lines, the bridge, the log, Central, clocks."""

from collections.abc import Callable
from functools import partial
from random import Random

from central.tests.sequences.acts import ActKind, Args, Table
from central.tests.sequences.people import one, operate, post_of
from central.tests.sequences.post import Post
from central.tests.sequences.world import HOUR_MS, SECOND_MS, World

FAULTS = ("over_current", "over_temperature", "relay_stuck")
# How long something is away: a blink, minutes, hours, longer than a session is waited for.
AWAY_S = (1, 5, 40, 300, 900, 7_200, 30_000, 100_000)
STEPS_MS = (-25 * HOUR_MS, -HOUR_MS, -90_000, 90_000, HOUR_MS, 25 * HOUR_MS)


def _away(random: Random) -> Args:
    return post_of(random), random.choice(AWAY_S)


# --- boards ---


def cut_power(world: World, post: int, seconds: int) -> None:
    at = world.post(post)
    if not at.engine.is_on or not at.monitor_is_on:
        return
    at.engine.cut()
    at.cut_monitor()
    world.after(seconds * SECOND_MS, lambda: _power_on(world, post))


def _power_on(world: World, post: int) -> None:
    at = world.post(post)
    if at.is_gone or at.engine.is_on:
        return
    at.engine.boot()
    at.boot_monitor()


def _reboot_engine(world: World, post: int, seconds: int) -> None:
    at = world.post(post)
    if at.is_shared or not at.engine.is_on or at.is_gone:
        return
    at.engine.cut()
    world.after(seconds * SECOND_MS, lambda: _engine_on(at))


def _engine_on(at: Post) -> None:
    if not at.engine.is_on and not at.is_gone:
        at.engine.boot()


def _reboot_monitor(world: World, post: int, seconds: int) -> None:
    at = world.post(post)
    if at.is_shared or not at.monitor_is_on or at.is_gone:
        return
    at.cut_monitor()
    if at.engine.is_on:
        at.engine.end("safe_mode")
    world.after(seconds * SECOND_MS, lambda: _monitor_on(at))


def _monitor_on(at: Post) -> None:
    if not at.monitor_is_on and not at.is_gone:
        at.boot_monitor()


def _wipe(world: World, post: int) -> None:
    """The engine's flash is reformatted as it boots; on one board the monitor's too."""
    at = world.post(post)
    if at.engine.is_on and not at.is_gone:
        world.mishaps |= {"wiped", f"wiped {at.cp_id}"}
        at.engine.wipe()
        if at.is_shared:
            at.wipe_monitor()


def _wipe_monitor(world: World, post: int) -> None:
    at = world.post(post)
    if not at.is_shared and at.monitor_is_on and not at.is_gone:
        world.mishaps |= {"wiped", f"wiped {at.cp_id}"}
        at.monitor.wipe()
        at.wipe_monitor()


def _swap_engine(world: World, post: int) -> None:
    at = world.post(post)
    if at.is_shared or at.is_gone or not at.engine.is_on:
        return
    world.mishaps |= {"swapped", f"swapped {at.cp_id}"}
    at.engine.cut()
    world.retired.append(at.engine)
    at.engine = world.new_engine(at.cp_id, world.new_board("eng"))


def _swap_monitor(world: World, post: int, *, asked_first: bool) -> None:
    """With the operator's word, which may come after the new board has knocked."""
    at = world.post(post)
    if at.is_gone or not at.monitor_is_on or not at.engine.is_on:
        return
    world.mishaps |= {"swapped", f"swapped {at.cp_id}"}
    if asked_first:
        operate(world, post, "replace")
    at.lose_line()
    at.monitor = world.new_board("mon")
    if at.engine.board.name.startswith("mon"):
        at.engine.cut()
        world.retired.append(at.engine)
        at.engine = world.new_engine(at.cp_id, at.monitor)
    at.wipe_monitor()
    if not asked_first:
        world.advance(30 * SECOND_MS)
        operate(world, post, "replace")


def _empty_retired(world: World, nth: int) -> None:
    """A board that was built out has power once more, and tells what it still has."""
    if world.retired and world.bridge.is_up:
        engine = world.retired[nth % len(world.retired)]
        if not engine.is_on:
            engine.boot()
        world.bridge.empty(engine.board)


def _think_better(world: World, post: int) -> None:
    operate(world, post, "replace")
    operate(world, post, "keep")


def _remove(world: World, post: int) -> None:
    """A charge point that is dark: nobody knows whether it comes back."""
    if world.post(post).link_id is None:
        world.mishaps |= {"swapped", f"swapped {world.post(post).cp_id}"}
        operate(world, post, "remove")


def _go(world: World, post: int) -> None:
    at = world.post(post)
    if at.is_gone:
        return
    world.mishaps |= {"gone", f"gone {at.cp_id}"}
    at.engine.cut()
    at.cut_monitor()
    at.is_gone = True


def _break(world: World, post: int, fault: str, seconds: int) -> None:
    """A fault that ends by itself, or waits for a reset."""
    at = world.post(post)
    if at.engine.is_on and not at.is_gone:
        engine = at.engine
        engine.break_down(fault)
        world.after(seconds * SECOND_MS, engine.mend)


def _cut_wire(world: World, post: int, seconds: int) -> None:
    at = world.post(post)
    if not at.is_shared and at.has_wire:
        at.has_wire = False
        at.engine.end("safe_mode")
        world.after(seconds * SECOND_MS, lambda: setattr(at, "has_wire", True))


def _lose_numbers(world: World, post: int, count: int) -> None:
    """What the engine said of late was acked, and the log was restored from a backup that lacks it."""
    at = world.post(post)
    if not at.is_gone:
        at.engine.board.skip(count)


def _serve_elsewhere(world: World, post: int, count: int) -> None:
    """The engine comes back from where it answered commands: of another log, or at another post."""
    world.post(post).lose_line()
    flash = world.post(post).engine.flash
    flash.last_seq, flash.answer = (flash.last_seq or 0) + count, {"accepted": True, "session_id": "another"}


def _command_the_absent(world: World, post: int, count: int) -> None:
    """The operator says a lot to a post that has no network."""
    _drop_line(world, post, 3_600, 1)
    for number in range(count):
        operate(world, post, ("reset", "stop", "resume")[number % 3])


def _damage(world: World, post: int, count: int) -> None:
    at = world.post(post)
    board = at.engine.board
    if board.entries:
        world.mishaps |= {"damaged", f"damaged {at.cp_id}"}
        board.lose(count, at.cp_id)


# --- lines and bridge ---


def _drop_line(world: World, post: int, seconds: int, noticed: int) -> None:
    at = world.post(post)
    if at.is_cut_off or at.is_gone:
        return
    world.bridge.hang_up(at, noticed=bool(noticed))
    at.lose_line()
    at.is_cut_off = True
    world.after(seconds * SECOND_MS, lambda: setattr(at, "is_cut_off", False))


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
    "power cut": ActKind(4, "the power of post {0} is cut for {1} s", _away, cut_power),
    "engine reboots": ActKind(2, "the engine of post {0} is off for {1} s", _away, _reboot_engine),
    "monitor reboots": ActKind(2, "the monitor of post {0} is off for {1} s", _away, _reboot_monitor),
    "wipe": ActKind(2, "the engine of post {0} comes back with new flash", one, _wipe),
    "wipe monitor": ActKind(1, "the monitor of post {0} comes back with new flash", one, _wipe_monitor),
    "swap engine": ActKind(1, "another engine is built into post {0}", one, _swap_engine),
    "swap monitor": ActKind(1, "the operator replaces the monitor of post {0}", one,
                            partial(_swap_monitor, asked_first=True)),
    "swap monitor, then say so": ActKind(1, "the monitor of post {0} is replaced, and then the operator says so", one,
                                         partial(_swap_monitor, asked_first=False)),
    "retired board": ActKind(2, "a board that was built out tells what it still has ({0})",
                             lambda r: (r.randrange(9),), _empty_retired),
    "keep": ActKind(1, "the operator says replace of post {0}, and takes it back", one, _think_better),
    "remove": ActKind(1, "the operator removes post {0}, if it is dark", one, _remove),
    "gone": ActKind(1, "post {0} is gone for good", lambda r: (r.randint(1, 2),), _go),
    "fault": ActKind(3, "post {0} has the fault {1} for {2} s",
                     lambda r: (post_of(r), r.choice(FAULTS), r.choice(AWAY_S)), _break),
    "cut wire": ActKind(2, "the wire between monitor and engine of post {0} is cut for {1} s", _away, _cut_wire),
    "damage flash": ActKind(1, "flash of post {0} loses the {1} oldest unacked messages of the engine",
                            lambda r: (post_of(r), r.randint(1, 3)), _damage),
    "lost numbers": ActKind(1, "the log has lost {1} numbers of the engine of post {0}",
                            lambda r: (post_of(r), r.choice((10, 80, 5_000))), _lose_numbers),
    "served elsewhere": ActKind(1, "the engine of post {0} has seen {1} commands elsewhere",
                                lambda r: (post_of(r), r.choice((1, 5, 600, 1_500, 40_000))), _serve_elsewhere),
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
    "log away": ActKind(1, "the log is away for {0} s", _seconds, _take_log_away),
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
