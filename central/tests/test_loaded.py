"""What servers load where nothing asks for it: each library that is slow to load costs every start."""

import subprocess
import sys

import pytest

from central.tests.site import ROOT
from tools.testing.deadlines import DEADLINE_S

# Needed to change tables, to sign people in by an issuer, by a PostgreSQL server's driver, and to send notices.
SLOW = ("alembic", "authlib", "psycopg", "apprise")


@pytest.mark.parametrize("program", ["central.worker.run", "central.serving.serve"])
def test_a_server_loads_nothing_slow_that_it_does_not_need(program: str):
    code = f"import sys, {program}\nprint([name for name in {SLOW} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}"},
        capture_output=True, text=True, timeout=DEADLINE_S, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
