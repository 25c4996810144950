"""Lines are read and written alike by MicroPython and CPython: the same vectors, the same results, to the letter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.testing.deadlines import DEADLINE_S

FIRMWARE = Path(__file__).parents[1] / "firmware"
VECTORS = Path(__file__).parent / "vectors" / "wire_lines.py"


def results(program: str) -> list[str]:
    paths = {"MICROPYPATH": f"{FIRMWARE}:.frozen", "PYTHONPATH": str(FIRMWARE)}
    ran = subprocess.run(
        [program, str(VECTORS)],
        env=os.environ | paths, capture_output=True, text=True, timeout=DEADLINE_S, check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def results_here() -> list[str]:
    return results(sys.executable)


@pytest.fixture(scope="module")
def on_cpython() -> list[str]:
    return results_here()


def test_same_on_micropython(micropython: str, on_cpython: list[str]):
    assert results(micropython) == on_cpython


def test_vectors_hold_good_and_bad(on_cpython: list[str]):
    payloads = [line for line in on_cpython if " -> " in line]
    good = [line for line in payloads if " -> good " in line]
    assert len(payloads) > 60
    assert len(good) > 15
    for code in ("not_json", "unknown_type", "missing_field", "bad_field", "out_of_bounds"):
        assert any(f" -> {code}" in line for line in payloads), code


def test_specification_s_own_messages_are_good(on_cpython: list[str]):
    """The first four vectors are the specification's, to the letter."""
    payloads = [line for line in on_cpython if " -> " in line]
    assert all(" -> good " in line for line in payloads[:4])


def test_decoder_finds_the_same_in_chunks_of_any_size(on_cpython: list[str]):
    found = [line for line in on_cpython if " lines, counters " in line]
    assert len(found) == 5
    assert len(set(found)) == 1
