"""Drivers, each with a home of their own, who run the command as a process."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tools.stack.tokens import bearer
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[2]


@dataclass
class Home:
    """`name` is registered with the first command that needs it."""

    folder: Path
    api_url: str
    driver: str = field(default="", init=False)

    def environment(self, api_url: str = "") -> dict[str, str]:
        own = {
            "XDG_CONFIG_HOME": str(self.folder),
            "WATTLINE_API": api_url or self.api_url,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}",
            "COLUMNS": "120",
        }
        return {name: value for name, value in os.environ.items() if not name.startswith("WATTLINE_")} | own

    def register(self, name: str) -> None:
        self.driver = self.json("register", name)["driver_id"]

    def start(self, *arguments: str, api_url: str = "") -> subprocess.Popen[str]:
        return subprocess.Popen(
            command(*arguments),
            env=self.environment(api_url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, api_url: str = "") -> subprocess.CompletedProcess[str]:
        return ended(self.start(*arguments, api_url=api_url))

    def json(self, *arguments: str) -> dict[str, Any]:
        """The one document of a command that ended well."""
        done = self.run("--json", *arguments)
        assert done.returncode == 0, done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def charges(self) -> list[dict[str, Any]]:
        """As the API lists them; asked directly, which is quicker than by the command."""
        headers = bearer(self.state()["tokens"][self.driver])
        answer = httpx.get(f"{self.api_url}/v1/drivers/{self.driver}/charges", headers=headers).raise_for_status()
        listed: list[dict[str, Any]] = answer.json()["charges"]
        return listed

    def state(self) -> dict[str, Any]:
        """The state file."""
        kept: dict[str, Any] = json.loads((self.folder / "wattline" / "state.json").read_text(encoding="utf-8"))
        return kept

    def requests(self) -> list[dict[str, Any]]:
        """Those of the state file, which have no answer yet."""
        requests: list[dict[str, Any]] = self.state()["requests"]
        return requests


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "driver_cli", *arguments]


def ended(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    out, err = process.communicate(timeout=DEADLINE_S)
    return subprocess.CompletedProcess[str](process.args, process.returncode, out, err)


def lines_of_json(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
