"""`wattline --help` loads nothing that only a question to Central needs."""

import subprocess
import sys

import pytest

from driver_cli.tests.homes import ROOT

LOADED = """
import sys
from driver_cli.main import app
try:
    app(sys.argv[1:])
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""
# The transport with its own command line, what draws the live panel, and what only they load.
NOT_FOR_HELP = frozenset(
    {
        "httpx", "httpcore", "anyio", "h11", "click", "ssl", "asyncio", "http.client",
        "urllib.request", "rich.live", "rich.progress_bar", "dotenv", "argparse",
    }
)  # fmt: skip


@pytest.mark.parametrize("arguments", [["--help"], [], ["charge", "--help"], ["charge", "cp_001", "--kwh", "x"]])
def test_no_module_is_loaded_that_is_not_needed(arguments: list[str]):
    command = [sys.executable, "-c", LOADED, *arguments]
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}", "XDG_CONFIG_HOME": "/nonexistent"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    loaded = set(done.stderr.split())
    assert "driver_cli.commands.charge" in loaded
    assert loaded & NOT_FOR_HELP == set()
