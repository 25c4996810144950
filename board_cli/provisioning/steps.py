"""The steps of provisioning, in order: nothing is written before all of it is known to be right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chargepoint.settings import MONITOR

from board_cli.failures import Failure
from board_cli.flashing import refuse_charge, refuse_unacked
from board_cli.provisioning.given import Config, merged
from board_cli.provisioning.judged import judge
from board_cli.provisioning.writing import AtPrompt, rewrite
from board_cli.talk import facts
from board_cli.talk.board import Board
from board_cli.talk.prompt import Prompt
from board_cli.talk.service import Message

INDICATIVE = "this board measures too coarsely to bill by: it registers as indicative"


@dataclass(frozen=True)
class Provisioned:
    """`changed`: names of settings; `status`: the firmware's answer, where there is one."""

    config: Config
    changed: list[str]
    status: Message | None
    notices: tuple[str, ...]


def read_file(path: Path) -> bytes:
    """Raises Failure."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None


def provision(
    board: Board, sources: Sequence[Mapping[str, object]], ask: Callable[[Config], Config] | None, wipe: bool
) -> Provisioned:
    """`sources`: what was given, later ones before earlier; `ask`: whoever sits at a terminal. Raises Failure."""
    status = board.status()
    if status is not None:
        refuse_charge(status)

    def wanted(there: AtPrompt) -> Config:
        config = merged(there.config, *sources)
        config = merged(ask(config)) if ask else config
        settings = judge(config, there.system)
        _judge_kept(there.prompt, there.folder, settings.cp_id, wipe)
        return config

    done = rewrite(board, status is not None, wanted)
    is_coarse = done.system.platform == "esp32" and done.config.get("role") != MONITOR
    return Provisioned(done.config, done.changed, done.status, (INDICATIVE,) if is_coarse else ())


def _judge_kept(prompt: Prompt, folder: str, cp_id: str, wipe: bool) -> None:
    """What the board kept as another charge point keeps it from being this one. Raises Failure."""
    kept = facts.kept_for(prompt, folder)
    if kept in (None, cp_id):
        return
    state = facts.state_of(prompt, folder)
    refuse_unacked(facts.unacked_of(prompt, folder, state.unacked))
    if not wipe:
        raise Failure(f"cp_id: the board has kept the journal and the register of {kept}; with --wipe it forgets them")
    facts.wipe(prompt, folder)
