"""Power that goes at any write to the flash loses nothing that was said to be kept, and repeats no number."""

import json
import subprocess
from pathlib import Path

from tools.testing.deadlines import DEADLINE_S

HERE = Path(__file__).parent
CUTS_AT_LEAST = 300  # with fewer, the scenario in the script is too short to prove anything


def test_cut_at_every_write_of_a_littlefs(micropython: str):
    command = [micropython, str(HERE / "vectors" / "power_cuts.py"), str(HERE.parent / "firmware")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=4 * DEADLINE_S, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    result = json.loads(done.stdout.splitlines()[-1])  # before it: finalisers, on flash without power
    assert result["cuts"] >= CUTS_AT_LEAST
    assert (result["problems"], result["damage"]) == ([], 0)
