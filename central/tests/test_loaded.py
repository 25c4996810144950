"""What servers load where nothing asks for it: each library that is slow to load costs every start."""

import subprocess
import sys

import pytest

from central.operate.servers import SERVERS
from central.tests.site import ROOT
from tools.testing.deadlines import DEADLINE_S

# Needed to change tables, to sign people in by an issuer, for a PostgreSQL server, and for all other commands.
SLOW = ("alembic", "authlib", "psycopg", "typer", "pydantic")
MODULES = {
    "worker": "central.worker.run", "api": "central.serving.serve", "insight": "central.outbound.insight.run",
    "notify": "central.outbound.notify.run", "homes": "central.outbound.homes.run",
}  # fmt: skip
PROGRAM = f"""
import sys
from central.operate.main import app
try:
    app(sys.argv[1:])
except SystemExit as ended:
    print(ended.code, [name for name in {SLOW} if name in sys.modules], *sys.modules)
"""


def after(*words: str) -> tuple[str, list[str]]:
    """How the program ended by a wrong setting, with what is slow of what it had loaded by then; and all of it."""
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}", "OUTAGE_GRACE_S": "soon"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=DEADLINE_S, check=True,
    )  # fmt: skip
    told, _, modules = done.stdout.partition("] ")
    assert done.stderr.startswith("wattline-central: OUTAGE_GRACE_S"), done.stderr
    return f"{told}]", modules.split()


def test_every_server_is_listed():
    assert list(MODULES) == list(SERVERS)


@pytest.mark.parametrize("name", MODULES)
def test_a_server_loads_nothing_slow_that_it_does_not_need(name: str):
    told, modules = after(name)
    assert told == "2 []"
    assert MODULES[name] in modules


def test_a_server_with_an_option_is_read_by_the_command_line():
    told, modules = after("insight", "--rebuild")
    assert told.startswith("2 ['typer'")
    assert MODULES["insight"] in modules
