"""README's "Run it", to the letter: its commands start servers, a plant and a board, and a car is charged.

Only the ports are others than the README's, by environment, so that the test can run beside whatever uses those.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from bridge.settings import LISTEN_PORT
from central.settings import API_ADDRESS
from plant.settings import PLANT_ADDRESS
from tools.services.ports import LOOPBACK, free_port
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[1]
SECTION = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Run it\n")[2].partition("\n## ")[0]
SERVERS, BOARD = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)


class Shell:
    """A person's shell in a clone of the repository, with Wattline installed."""

    def __init__(self, folder: Path) -> None:
        (folder / "firmware").symlink_to(ROOT / "firmware")
        self.api_url = f"http://{LOOPBACK}:{free_port()}"
        bridge, plant = (f"{LOOPBACK}:{free_port()}" for _ in range(2))
        self._environment = os.environ | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "LISTEN_PORT": bridge.partition(":")[2], "IP_PORT_EV_CP_CENTRAL": bridge, "PLANT_ADDRESS": plant,
            "API_ADDRESS": self.api_url.removeprefix("http://"), "WATTLINE_API": self.api_url,
        }  # fmt: skip
        self._folder = folder
        self._jobs: list[subprocess.Popen[bytes]] = []

    def start(self, lines: list[str]) -> None:
        """Commands that end in &: their programs run until `close`."""
        said = (self._folder / f"said-{len(self._jobs)}.log").open("wb")
        script = "\n".join([*lines, "wait"])
        self._jobs.append(subprocess.Popen(
            ["bash", "-c", script], cwd=self._folder, env=self._environment, stdout=said, stderr=said,
            start_new_session=True,
        ))  # fmt: skip
        said.close()

    def run(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command], cwd=self._folder, env=self._environment, capture_output=True, text=True,
            timeout=2 * DEADLINE_S, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def status(self) -> str:
        """Of cp_001; "" as long as nobody knows it."""
        try:
            with urlopen(f"{self.api_url}/v1/charge-points", timeout=DEADLINE_S) as answer:
                points = json.load(answer)["charge_points"]
        except URLError:
            return ""
        return next((point["status"] for point in points if point["cp_id"] == "cp_001"), "")

    def close(self) -> None:
        for job in self._jobs:
            os.killpg(job.pid, signal.SIGTERM)
        for job in self._jobs:
            job.wait(DEADLINE_S)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path)
    yield made
    made.close()


def test_default_addresses_are_the_ones_of_the_readme():
    assert f"port {LISTEN_PORT.default}" in SERVERS
    assert f'"central": "{LOOPBACK}:{LISTEN_PORT.default}"' in BOARD
    assert API_ADDRESS.default in SERVERS
    assert PLANT_ADDRESS.default in BOARD


@pytest.mark.timeout(600)
def test_commands_of_the_readme_charge_a_car(shell: Shell, needs: Callable[[str], str], micropython: str):
    needs("bash")
    assert micropython
    shell.start([line for line in SERVERS.splitlines() if not line.startswith("make ")])
    commands = BOARD.splitlines()
    shell.start([line for line in commands if not line.startswith("wattline ")])
    wait_for(lambda: shell.status() == "ACTIVE", 2 * DEADLINE_S, "cp_001 is ACTIVE")
    said = [shell.run(line) for line in commands if line.startswith("wattline ")]
    assert re.search(r"0\.0(09|10?)\d* kWh", said[-1]), said
