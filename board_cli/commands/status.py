"""`status` and `log`: what a board says of itself."""

from contextlib import closing
from typing import TYPE_CHECKING

from board_cli.options import DEFAULT_WAIT_S, AsJson, Port, Wait

if TYPE_CHECKING:
    from board_cli.talk.board import Board

UNMEASURED = "residual current, protective earth and short circuit: what stands upstream must see them"
FITTED = {
    "temperature_mc": "temperature",
    "feedback": "weld check",
    "rcm_tripped": "residual current",
    "stop_pressed": "stop",
}


def status(port: Port = None, wait_s: Wait = DEFAULT_WAIT_S, as_json: AsJson = False) -> None:
    """Show how a board is: its firmware's own answer, or what lies on it where none runs."""
    from board_cli.output import print_facts, print_json
    from board_cli.talk.board import Board
    from board_cli.talk.ports import choose, present

    board = Board(choose(port, present()), wait_s)
    told = board.status()
    shown = {"port": board.found.device, **(_at_prompt(board) if told is None else _running(told))}
    if as_json:
        print_json(shown)
    else:
        print_facts({name: _text(value) for name, value in shown.items()})


def log(port: Port = None, wait_s: Wait = DEFAULT_WAIT_S, as_json: AsJson = False) -> None:
    """Show what has happened on a board since it started, and the messages that no bridge has acked yet."""
    from board_cli.output import print_json, say
    from board_cli.talk.board import Board
    from board_cli.talk.ports import choose, present

    board = Board(choose(port, present()), wait_s)
    kept = ("n", "uptime_ms", "text")
    told = [board.entries(of) for of in ("events", "unacked")]
    events, unacked = ([{name: each[name] for name in kept if name in each} for each in some] for some in told)
    if as_json:
        print_json({"events": events, "unacked": unacked})
        return
    for each in events:
        say(f"{each['uptime_ms'] / 1000:10.1f} s  {each['text']}")
    say(f"{len(unacked) or 'no'} messages that are not acked")
    for each in unacked:
        say(f"{each['n']:>10}    {each['text']}")


def _running(told: dict[str, object]) -> dict[str, object]:
    from wire.kinds.service import KINDS

    fields = [field.name for field in KINDS["status_response"].fields if field.name not in ("type", "message_id", "v")]
    facts = {name: told[name] for name in fields if name in told}
    if "state" in told:
        facts["not_fitted"] = [text for name, text in FITTED.items() if name not in told]
        facts["not_measured"] = UNMEASURED
    return facts


def _at_prompt(board: "Board") -> dict[str, object]:
    from board_cli.provisioning.judged import too_old
    from board_cli.talk import facts

    with closing(board.prompt()) as prompt:
        system = facts.system_of(prompt)
        config = facts.config_of(prompt)
        state = facts.state_of(prompt, facts.state_dir_of(config))
        return {
            "firmware": "maintenance: it waits for `wattline-board flash`" if state.flag else "does not run",
            "micropython": too_old(system, system.has_network) or system.name,
            "config": "there" if config else "missing: `wattline-board provision` writes it",
            "unacked": len(state.unacked),
        }


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else value


STATUS_EXAMPLES = ("wattline-board status", "wattline-board status --port /dev/ttyACM0 --json")
LOG_EXAMPLES = ("wattline-board log", "wattline-board log --port /dev/ttyACM0")
