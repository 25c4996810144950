"""What a machine lacks skips a test, and fails it on a build server."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LACKING = """
def test_server(needs):
    assert needs("sh").endswith("/sh")
    needs("wattline-no-such-program")
"""


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 failed")])
def test_missing_program_skips_here_and_fails_where_ci_is_true(tmp_path: Path, ci: str, outcome: str):
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "test_lacking.py").write_text(LACKING)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rsf", str(tmp_path)],
        cwd=tmp_path, env={**os.environ, "CI": ci, "PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome in ran.stdout
    assert "wattline-no-such-program is missing" in ran.stdout
