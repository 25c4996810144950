"""The steps of flashing, in order: nothing changes before all is known to be right, and the flag goes down last."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from board_cli.failures import Failure
from board_cli.files.compiled import precompiled
from board_cli.files.plan import Plan, plan
from board_cli.files.sources import needed
from board_cli.provisioning.given import of_json
from board_cli.provisioning.judged import judge
from board_cli.talk import facts
from board_cli.talk.board import Board
from board_cli.talk.prompt import Prompt
from board_cli.talk.service import Message

# What a board says anew at every start, so that nothing is lost with an older one.
SAID_ANEW = ("register_request", "status_notification")
SHOWN = 5

CarryOut = Callable[[Plan, Prompt], None]


@dataclass(frozen=True)
class Flashed:
    plan: Plan
    status: Message


def flash(board: Board, force: bool, carry_out: CarryOut) -> Flashed:
    """Raises Failure; then the board is as it was, or at its prompt with its relay open, to be flashed again."""
    status = board.status()
    if status is not None and not force:
        refuse_charge(status)
        refuse_unacked([str(entry["text"]) for entry in board.entries("unacked")])
    prompt, raised = board.maintain(status is not None)
    with closing(prompt):
        try:
            wanted, folder = _made(prompt, check_unacked=status is None and not force)
            todo = plan(wanted, facts.hashes_of(prompt))
        except Failure:
            if raised:  # nothing has changed
                facts.set_flag(prompt, facts.state_dir_of(facts.config_of(prompt)), False)
                prompt.reset()
            raise
        facts.set_flag(prompt, folder, True)
        carry_out(todo, prompt)
        if not plan(wanted, facts.hashes_of(prompt)).is_empty():
            raise Failure("after copying, the board's files are not what they should be; run this again")
        facts.set_flag(prompt, folder, False)
        prompt.reset()
    answer = board.await_status()
    if answer is None:
        raise Failure("all files are on the board, but its firmware does not answer; `wattline-board status` says more")
    return Flashed(todo, answer)


def _made(prompt: Prompt, check_unacked: bool) -> tuple[dict[str, bytes], str]:
    """What is to lie on the board (path -> content), and where it keeps its state. Raises Failure."""
    config = facts.config_of(prompt)
    folder = facts.state_dir_of(config)
    if check_unacked:
        state = facts.state_of(prompt, folder)
        refuse_unacked(facts.unacked_of(prompt, folder, state.unacked))
    system = facts.system_of(prompt)
    if config is None:
        raise Failure("the board has no config.json; `wattline-board provision` writes it")
    settings = judge(of_json(config, "config.json"), system)
    return precompiled(needed(settings), system.platform), folder


def refuse_charge(status: Message) -> None:
    """Raises Failure."""
    session_id = status.get("session_id")
    if session_id is not None:
        raise Failure(
            f"{status['cp_id']} charges (session {session_id}), and flashing would end that; stop it first, or say "
            "--force"
        )


def refuse_unacked(told: Sequence[str]) -> None:
    """Raises Failure where a message waits whose loss somebody would miss."""
    waiting = [each for each in told if each.split()[0] not in SAID_ANEW]
    if waiting:
        shown = ", ".join(waiting[:SHOWN]) + (", ..." if len(waiting) > SHOWN else "")
        raise Failure(
            f"{len(waiting)} messages are not acked yet: {shown}. Let its bridge have them first; with --force they "
            "stay on the board, and are lost should the new firmware not read them"
        )
