"""`flash`: the firmware onto a board, as much of it as its role needs and as has changed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from board_cli.options import DEFAULT_WAIT_S, AsJson, Port, Wait

if TYPE_CHECKING:
    from board_cli.files.plan import Plan
    from board_cli.flashing import Flashed
    from board_cli.talk.prompt import Prompt


def flash(
    port: Port = None,
    wait_s: Wait = DEFAULT_WAIT_S,
    force: Annotated[
        bool, typer.Option("--force", help="Also while a charge runs, which ends, or messages wait for their ack.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy the firmware onto a board: precompiled, only what its role needs, only what has changed.

    A charge must have ended and its bridge have acked what the board has to tell. The board goes into maintenance
    (relay open, no watchdog), each file is compared by its hash, and it ends with the board's own answer. A cut in the
    middle leaves the relay open and the board at its prompt: run it again.
    """
    from board_cli.flashing import flash as flash_board
    from board_cli.output import print_json, say
    from board_cli.talk.board import Board
    from board_cli.talk.ports import choose, present

    done = flash_board(Board(choose(port, present()), wait_s), force, _carry_out)
    if as_json:
        print_json({"copied": list(done.plan.copy), "removed": list(done.plan.remove), "same": done.plan.same,
                    "status": done.status})  # fmt: skip
        return
    say(_words(done))


def _words(done: "Flashed") -> str:
    told, plan = done.status, done.plan
    copied = f"{len(plan.copy)} files copied ({plan.bytes_to_copy:,} bytes)"
    changed = f"{copied}, {len(plan.remove)} removed, {plan.same} as they were"
    state = told.get("state") or told.get("monitor_state")
    answer = f"{told['cp_id']} answers: {told.get('firmware')} as {told['role']}, {state}"
    return f"{changed}; {answer}, {told['unacked']} messages unacked"


def _carry_out(plan: "Plan", prompt: "Prompt") -> None:
    """With progress on stderr, where somebody sees it."""
    import sys

    from rich.console import Console
    from rich.progress import Progress

    from board_cli.files.copying import carry_out

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("copying", total=plan.bytes_to_copy)

        def told(path: str, more: int) -> None:
            progress.update(task, advance=more, description=Path(path).name)

        carry_out(plan, prompt, told)


EXAMPLES = ("wattline-board flash", "wattline-board flash --port /dev/ttyACM0", "wattline-board flash --force")
