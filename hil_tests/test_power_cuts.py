"""Power that goes at any write to the flash loses nothing that was said to be kept, and repeats no number."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools.testing.deadlines import DEADLINE_S

HERE = Path(__file__).parent
CUTS_AT_LEAST = 300  # with fewer, the scenario in the script is too short to prove anything
CHECKPOINT_MS = 10_000
HARDWARE = HERE.parent / "docs" / "hardware.md"


def run(micropython: str, folder: str, script: str) -> dict[str, Any]:
    """What a script prints last of all: before it come finalisers, on flash without power."""
    command = [micropython, "-X", "heapsize=64m", str(HERE / folder / script), str(HERE.parent / "firmware")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10 * DEADLINE_S, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_cut_at_every_write_of_a_littlefs(micropython: str):
    result = run(micropython, "vectors", "power_cuts.py")
    assert result["cuts"] >= CUTS_AT_LEAST
    assert (result["problems"], result["damage"]) == ([], 0)


@pytest.mark.timeout(10 * DEADLINE_S)
def test_cut_at_every_write_of_a_whole_charge(micropython: str, record_property: Any):
    """In four ways each. The whole firmware runs, and afterwards boots, reports, and charges again."""
    result = run(micropython, "flash", "cut_charge.py")
    record_property("power cuts", result)
    assert (result["problems"], result["damage"]) == ([], 0)
    assert result["writes"] >= CUTS_AT_LEAST
    assert result["boots"] >= 3 * result["writes"], "distinct images"
    assert CHECKPOINT_MS // 2 < result["lost_ms"] <= CHECKPOINT_MS + 1000, "a checkpoint's, with the Wh begun"


def test_flash_whose_writes_fail_for_a_while(micropython: str):
    """One that fails alone is tried again; where more do, the board starts anew until they no longer do."""
    result = run(micropython, "flash", "failing.py")
    assert result["problems"] == []
    assert result["harmed"] == 0
    assert result["starts"] > 2, "some tries were hard enough"


@pytest.mark.timeout(10 * DEADLINE_S)
def test_wear_is_as_the_docs_have_it(micropython: str, record_property: Any):
    result = run(micropython, "flash", "wear.py")
    record_property("wear", result)
    rows = re.findall(r"^\| an? ([a-z ]+) \| (\d+) \|", HARDWARE.read_text(), re.MULTILINE)
    told = {name: int(erases) for name, erases in rows}
    measured = {"hour without a charge": result["idle"], "hour of charging": result["charging"]}
    assert set(measured) <= set(told)
    assert {name: pytest.approx(told[name], rel=0.05, abs=1) for name in measured} == measured
    assert result["charge"] <= told["charge beside its hours"]
