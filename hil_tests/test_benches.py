"""The benches themselves: what they claim, how one is chosen, and the table of a run."""

import subprocess
import sys
from pathlib import Path

import pytest

from hil_tests.benches.abilities import ABILITIES
from hil_tests.benches.choice import KINDS, kind_of
from hil_tests.benches.table import Table
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", KINDS)
def test_bench_claims_what_there_is(name: str):
    assert KINDS[name].abilities <= set(ABILITIES)


def test_every_ability_is_some_bench_s():
    assert set().union(*(kind.abilities for kind in KINDS.values())) == set(ABILITIES)


@pytest.mark.parametrize("name", ["nonsense", "", "pico:1", "serial", "serial:"])
def test_bench_that_there_is_none_of_is_refused(name: str):
    with pytest.raises(ValueError, match="--bench: expected sim, unix, pico"):
        kind_of(name)


def test_wrong_bench_ends_the_run_with_one_line():
    command = [sys.executable, "-m", "pytest", "--bench", "nonsense", "hil_tests/test_benches.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "not 'nonsense'" in done.stderr
    assert "Traceback" not in done.stderr


def report(test: str, bench: str, outcome: str, reason: str = "", when: str = "call") -> pytest.TestReport:
    longrepr = ("file", 1, f"Skipped: {reason}") if reason else None
    return pytest.TestReport(
        f"hil_tests/test_x.py::{test}", ("", 0, ""), {}, outcome, longrepr, when, user_properties=[("bench", bench)]  # pyright: ignore[reportArgumentType]  # literals
    )  # fmt: skip


def test_table_has_a_row_a_test_and_a_column_a_bench():
    table = Table("bench")
    table.pytest_runtest_logreport(report("test_a[sim-weld]", "sim", "passed"))
    table.pytest_runtest_logreport(report("test_a[pico-weld]", "pico", "failed"))
    table.pytest_runtest_logreport(report("test_a[pico-weld]", "pico", "passed", when="teardown"))
    table.pytest_runtest_logreport(report("test_b[sim]", "sim", "skipped", "sim has no reset", when="setup"))
    head, first, second, reason = table.lines()
    assert head.split() == ["sim", "pico"]
    assert first.split() == ["test_a[weld]", "yes", "FAILED"]
    assert second.split() == ["test_b", "-", "."]
    assert reason == "- sim has no reset"
