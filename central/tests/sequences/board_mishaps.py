"""What goes wrong with boards: power, flash, swapped and retired boards, faults, their wire, their numbers."""

from central.tests.sequences.people import operate
from central.tests.sequences.post import Post
from central.tests.sequences.world import SECOND_MS, World


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


def reboot_engine(world: World, post: int, seconds: int) -> None:
    at = world.post(post)
    if at.is_shared or not at.engine.is_on or at.is_gone:
        return
    at.engine.cut()
    world.after(seconds * SECOND_MS, lambda: _engine_on(at))


def _engine_on(at: Post) -> None:
    if not at.engine.is_on and not at.is_gone:
        at.engine.boot()


def reboot_monitor(world: World, post: int, seconds: int) -> None:
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


def wipe(world: World, post: int) -> None:
    """The engine's flash is reformatted as it boots; on one board the monitor's too."""
    at = world.post(post)
    if at.engine.is_on and not at.is_gone:
        world.mishaps |= {"wiped", f"wiped {at.cp_id}"}
        at.engine.wipe()
        if at.is_shared:
            at.wipe_monitor()


def wipe_monitor(world: World, post: int) -> None:
    at = world.post(post)
    if not at.is_shared and at.monitor_is_on and not at.is_gone:
        world.mishaps |= {"wiped", f"wiped {at.cp_id}"}
        at.monitor.wipe()
        at.wipe_monitor()


def swap_engine(world: World, post: int) -> None:
    at = world.post(post)
    if at.is_shared or at.is_gone or not at.engine.is_on:
        return
    world.mishaps |= {"swapped", f"swapped {at.cp_id}"}
    at.engine.cut()
    world.retired.append(at.engine)
    at.engine = world.new_engine(at.cp_id, world.new_board("eng"))


def swap_monitor(world: World, post: int, *, asked_first: bool) -> None:
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


def empty_retired(world: World, nth: int) -> None:
    """A board that was built out has power once more, and tells what it still has."""
    if world.retired and world.bridge.is_up:
        engine = world.retired[nth % len(world.retired)]
        if not engine.is_on:
            engine.boot()
        world.bridge.empty(engine.board)


def think_better(world: World, post: int) -> None:
    operate(world, post, "replace")
    operate(world, post, "keep")


def remove(world: World, post: int) -> None:
    """A charge point that is dark: nobody knows whether it comes back."""
    if world.post(post).link_id is None:
        world.mishaps |= {"swapped", f"swapped {world.post(post).cp_id}"}
        operate(world, post, "remove")


def go(world: World, post: int) -> None:
    at = world.post(post)
    if at.is_gone:
        return
    world.mishaps |= {"gone", f"gone {at.cp_id}"}
    at.engine.cut()
    at.cut_monitor()
    at.is_gone = True


def fail(world: World, post: int, fault: str, seconds: int) -> None:
    """A fault that ends by itself, or waits for a reset."""
    at = world.post(post)
    if at.engine.is_on and not at.is_gone:
        engine = at.engine
        engine.break_down(fault)
        world.after(seconds * SECOND_MS, engine.mend)


def cut_wire(world: World, post: int, seconds: int) -> None:
    at = world.post(post)
    if not at.is_shared and at.has_wire:
        at.has_wire = False
        at.engine.end("safe_mode")
        world.after(seconds * SECOND_MS, lambda: setattr(at, "has_wire", True))


def lose_numbers(world: World, post: int, count: int) -> None:
    """What the engine said of late was acked, and the log was restored from a backup that lacks it."""
    at = world.post(post)
    if not at.is_gone:
        at.engine.board.skip(count)


def serve_elsewhere(world: World, post: int, count: int) -> None:
    """The engine comes back from where it answered commands: of another log, or at another post."""
    world.post(post).lose_line()
    flash = world.post(post).engine.flash
    flash.last_seq, flash.answer = (flash.last_seq or 0) + count, {"accepted": True, "session_id": "another"}


def damage(world: World, post: int, count: int) -> None:
    at = world.post(post)
    board = at.engine.board
    if board.entries:
        world.mishaps |= {"damaged", f"damaged {at.cp_id}"}
        board.lose(count, at.cp_id)
