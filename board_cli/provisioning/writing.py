"""Replaces a board's config.json: in maintenance, whole or not at all; then the board starts anew."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from board_cli.files.copying import write
from board_cli.provisioning.given import Config, of_json
from board_cli.talk import facts
from board_cli.talk.board import Board
from board_cli.talk.prompt import Prompt
from board_cli.talk.service import Message


@dataclass(frozen=True)
class AtPrompt:
    """A board that waits: `config`: what it has, {} where it has none; `folder`: where it keeps its state."""

    prompt: Prompt
    folder: str
    config: Config
    system: facts.System


@dataclass(frozen=True)
class Written:
    """`status`: the firmware's answer afterwards, where it ran before."""

    before: Config
    config: Config
    system: facts.System
    status: Message | None

    @property
    def changed(self) -> list[str]:
        """Names of settings."""
        return [name for name in {**self.before, **self.config} if self.before.get(name) != self.config.get(name)]


def rewrite(board: Board, runs: bool, change: Callable[[AtPrompt], Config]) -> Written:
    """`runs`: whether its firmware answers. `change`: the config that it is to have, judged for its board; where that
    raises Failure nothing is written, and the board runs on. Raises Failure.
    """
    prompt, raised = board.maintain(runs)
    with closing(prompt):
        before = facts.config_of(prompt)
        folder = facts.state_dir_of(before)
        try:
            old = {} if before is None else of_json(before, "config.json on the board")
            system = facts.system_of(prompt)
            config = change(AtPrompt(prompt, folder, old, system))
            write(facts.CONFIG, json.dumps(config).encode() + b"\n", prompt)
        finally:
            if raised:
                facts.set_flag(prompt, folder, False)
                prompt.reset()
        if not raised:
            prompt.reset()
    return Written(old, config, system, board.await_status() if raised else None)
