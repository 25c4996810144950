"""Stages of a charge, windows of a plant, processes of a group: the bench's own arithmetic."""

import os
from pathlib import Path

import pytest

from plant.world import WINDOW_MS
from tools.bench import memory, pause
from tools.bench.stages import STAGES, stages

MOMENTS = {
    "posted": 10.0, "charge_request": 10.004, "charge_claimed": 10.012, "start_charge": 10.020, "relay closed": 10.050,
    "authorized": 10.019,
}  # fmt: skip


def test_stages_add_up_to_the_whole() -> None:
    figures = stages("kafka", [MOMENTS] * 5)
    assert len(figures) == 2 * len(STAGES)
    medians = [figure.value for figure in figures if figure.what.endswith("p50")]
    assert medians == pytest.approx([4, 8, 8, 30, -1])
    assert sum(medians[:4]) == pytest.approx((MOMENTS["relay closed"] - MOMENTS["posted"]) * 1_000)


@pytest.mark.parametrize(("now", "begins"), [(0, 0), (0.01, 1), (0.99, 1), (1, 1), (201.01, 202)])
def test_long_window_begins_where_a_short_one_ends(now: float, begins: int) -> None:
    """In windows of the plant."""
    assert pause.end_of_long_window_ms(now * WINDOW_MS) == begins * WINDOW_MS + pause.LONG_WINDOW_MS
    assert pause.LONG_WINDOW_MS >= 10_000  # a board's pause between two closures


def test_group_of_a_name_with_brackets() -> None:
    assert memory.group_of("4242 (a) b (c) S 1 4200 4200 0 -1 4194304") == 4200


def test_resident_bytes() -> None:
    assert memory.resident_bytes("Name:\tpython\nVmPeak:\t  9000 kB\nVmRSS:\t   1500 kB\n") == 1_536_000
    assert memory.resident_bytes("Name:\tzombie\nState:\tZ\n") == 0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux has /proc")
def test_own_process_in_proc() -> None:
    folder = Path("/proc/self")
    assert memory.group_of((folder / "stat").read_text()) == os.getpgrp()
    assert memory.resident_bytes((folder / "status").read_text()) > 1_000_000
