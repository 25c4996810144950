"""Sequences that Central once got wrong (cases.py), and the same in files, held to the same values.

Files are played where WATTLINE_CASES (or a folder `shared/cases` beside the checkout) has them. A file is a list of
steps: ["say", appender, kind, fields], ["board", board, n or [n, epoch], kind, fields] and ["wait", seconds], where
"$S:driver:request" stands for that session's id and "$T-1000" for now less a second.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wire.ids import reliable_id

from central.model.ids import session_id
from central.tests.cases import CASES
from central.tests.line_in_memory import EPOCH, LineInMemory

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("WATTLINE_CASES") or ROOT.parent / "shared" / "cases")


@pytest.mark.parametrize("name", sorted(CASES))
def test_sequence(name: str) -> None:
    line = LineInMemory()
    CASES[name].play(line)
    CASES[name].check(line)


@pytest.mark.parametrize("name", sorted(file.stem for file in FOLDER.glob("*.json")))
def test_sequence_in_a_file(name: str) -> None:
    line = LineInMemory()
    for step in json.loads((FOLDER / f"{name}.json").read_text()):
        PLAYS[step[0]](line, *step[1:])
    CASES[name].check(line)


# --- steps of files ---


def _say(line: LineInMemory, appender: str, kind: str, fields: dict[str, Any]) -> None:
    line.says(kind, appender, **_told(line, fields))


def _board(line: LineInMemory, board: str, n: int | list[Any], kind: str, fields: dict[str, Any]) -> None:
    number, epoch = n if isinstance(n, list) else (n, EPOCH)
    line.says(kind, "bridge", message_id=reliable_id(board, epoch, number), **_told(line, fields))


def _wait(line: LineInMemory, seconds: int) -> None:
    line.tick(seconds * 1_000)


PLAYS: dict[str, Callable[..., None]] = {"say": _say, "board": _board, "wait": _wait}


def _told(line: LineInMemory, fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(line, value) for name, value in fields.items()}


def _value(line: LineInMemory, value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    if value.startswith("$S:"):
        return session_id(*value.split(":")[1:])
    return line.now_ms + int(value[2:] or 0)
