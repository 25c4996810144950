"""Drivers, each with a home of their own, who use the `wattline` command and nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.services.process import ChildProcess
from tools.stack.boards import ROOT
from tools.testing.deadlines import DEADLINE_S


class Driver:
    def __init__(self, name: str, folder: Path, api_url: str) -> None:
        self.name = name
        self.driver_id = ""  # once registered
        self._folder = folder
        self._environment = {
            "XDG_CONFIG_HOME": str(folder),
            "WATTLINE_API": api_url,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}",
        }
        folder.mkdir(parents=True, exist_ok=True)

    def register(self) -> None:
        self.driver_id = self.run("register", self.name)["driver_id"]

    def run(self, *arguments: str) -> Any:
        """What the command printed as JSON. Raises RuntimeError with its complaint."""
        done = subprocess.run(
            self._command(arguments), capture_output=True, text=True, timeout=DEADLINE_S, check=False,
            env={**os.environ, **self._environment}, stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise RuntimeError(f"wattline {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
        return json.loads(done.stdout)

    def start(self, *arguments: str) -> ChildProcess:
        """The command in the background; it prints JSON lines to its log."""
        process = ChildProcess(
            f"{self.name}'s wattline {' '.join(arguments)}", self._command(arguments),
            self._folder / "wattline.log", self._environment,
        )
        process.start()
        return process

    @staticmethod
    def _command(arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "driver_cli.main", "--json", *arguments]
