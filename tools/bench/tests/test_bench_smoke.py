"""Every measurement measures something, with a few of everything; how fast is nobody's business here."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tools.bench.measurements import MEASUREMENTS
from tools.services import kafka
from tools.stack.boards import ROOT
from tools.stack.python_of_boards import interpreter

TIMEOUT_S = 100
RATE = "/s"


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


def figures_of(name: str, log: str, folder: Path) -> list[dict[str, Any]]:
    file = folder / "bench.json"
    done = bench("--quick", "--only", name, "--log", log, "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    written = json.loads(file.read_text())
    assert written["machine"]["boards"] == interpreter().name
    figures: list[dict[str, Any]] = written["figures"]
    assert figures
    for figure in figures:
        assert figure["measurement"] == name
        assert figure["what"][:20] in done.stdout
        if figure["unit"].endswith(RATE):
            assert figure["beside"]
            assert all(beside["ratio"] > 0 for beside in figure["beside"])
    return figures


@pytest.mark.parametrize("name", sorted(set(MEASUREMENTS) - {"latency", "footprint"}))
def test_on_the_embedded_log(name: str, tmp_path: Path) -> None:
    figures = figures_of(name, "embedded", tmp_path)
    assert all(figure["log"] == "embedded" and figure["value"] > 0 for figure in figures)


def test_footprint_is_of_a_board_and_of_no_log(tmp_path: Path) -> None:
    figures = figures_of("footprint", "embedded", tmp_path)
    assert {figure["log"].split()[0] for figure in figures} == {"files", "sim", "unix"}
    assert all(figure["value"] > 0 for figure in figures)


def test_latency_is_told_in_the_order_of_events(tmp_path: Path) -> None:
    value = {figure["what"]: figure["value"] for figure in figures_of("latency", "embedded", tmp_path)}
    assert value["request to authorized, p99"] >= value["request to authorized, p50"]
    assert value["bridge, board, relay, p50"] > 15  # the relay itself
    assert value["request to relay closed, p50"] > value["bridge, board, relay, p50"]


@pytest.mark.parametrize("name", ["frames", "folding"])
def test_on_kafka(name: str, tmp_path: Path, missing: Callable[[str], NoReturn]) -> None:
    if reason := kafka.available():
        missing(f"Apache Kafka ({reason})")
    (figure,) = figures_of(name, "kafka", tmp_path)
    assert any("kafka-python" in beside["name"] for beside in figure["beside"])


def test_help_has_examples() -> None:
    done = bench("--help")
    assert done.returncode == 0
    assert "examples:" in done.stdout
    assert "--json bench.json" in done.stdout
    assert all(name in done.stdout for name in MEASUREMENTS)


def test_unknown_measurement_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    done = bench("--only", "speed", "--json", str(file))
    assert done.returncode == 2
    assert "invalid choice: 'speed'" in done.stderr
    assert not file.exists()
