"""What real boards alone have (boot.py, pins, UART, Wi-Fi, main's choice), on MicroPython with a fake `machine`.

No test of this file has met hardware.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "hil_tests" / "contract" / "fake_drivers.py"
TESTS = re.findall(r"^def ([a-z]\w+)\(\)", SCRIPT.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("test", TESTS)
def test_driver_on_a_fake_machine(micropython: str, tmp_path: Path, test: str):
    fakes = ROOT / "hil_tests" / "benches" / "fake_machine"
    paths = {"MICROPYPATH": f"{fakes}:{ROOT / 'firmware'}:.frozen"}
    done = subprocess.run(
        [micropython, str(SCRIPT), test],
        cwd=tmp_path, env=os.environ | paths, capture_output=True, text=True, timeout=DEADLINE_S, check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["holds"]), done.stdout + done.stderr
