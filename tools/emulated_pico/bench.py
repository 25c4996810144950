"""The test's side of the bench."""

import json
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from tools.emulated_pico.files import FIRMWARE, make_flash, modules, precompiled
from tools.emulated_pico.signals import Signal
from tools.services.process import ChildProcess

ROOT = FIRMWARE.parent
READY_S = 60.0
ANSWER_S = 580.0  # a busy guest runs at a twentieth of the world's speed, and at a hundredth under load


class GuestError(AssertionError):
    """What ran on the guest ended with an exception; the text is its traceback."""


class PicoBench:
    """One emulated board. It stands still unless a call lets it run; `pace` lets it run beside the world's clock.

    `spent_s`: of guests' time, by all of them together.
    """

    spent_s: ClassVar[float] = 0.0

    def __init__(self, folder: Path, image: Path, micropython: str, number: int = 1) -> None:
        """`number`: the chip's own."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._micropython = micropython
        self._flash = folder / "flash.bin"
        command = [sys.executable, "-m", "tools.emulated_pico", image, self._flash, str(number)]
        self.process = ChildProcess("pico", command, folder / "pico.log", folder=ROOT)
        self._address = ("", 0)
        self.port = ""
        self._now_s = 0.0

    def install(self, *wanted: str, also: Mapping[str, Path] | None = None) -> None:
        """A new file system that holds these modules of the firmware and what they import; before `start`.

        `also`: further sources, by their path on the board.
        """
        sources = {**modules(*wanted), **(also or {})}
        make_flash(self._micropython, self._flash, precompiled(sources, self.folder / "mpy"))

    def start(self) -> None:
        """Starts the process; the board is off."""
        self.process.start()
        self._now_s = 0.0
        found = self.process.wait_said(r"ready control=(\S+):(\d+) port=(\S+)", READY_S)
        self._address = (found[1], int(found[2]))
        self.port = found[3]

    def ask(self, do: str, **request: Any) -> dict[str, Any]:
        with socket.create_connection(self._address, timeout=ANSWER_S) as line:
            line.sendall(json.dumps({"do": do, **request}).encode() + b"\n")
            answer = json.loads(line.makefile().readline() or '{"ok": false, "text": "the bench has ended"}')
        now_s = answer.pop("now_s", self._now_s)
        PicoBench.spent_s += now_s - self._now_s
        self._now_s = now_s
        assert answer.pop("ok"), f"{answer['text']}\n{self.process.log_tail()}"
        return answer

    def state(self) -> dict[str, Any]:
        return self.ask("state")

    def boot(self) -> float:
        """Until its console listens; how many seconds of the guest's that took."""
        return float(self.ask("boot")["guest_s"])

    def run(self, seconds: float) -> None:
        self.ask("run", seconds=seconds)

    def exec(self, code: str, limit_s: float = 10.0) -> str:
        """What it printed. Raises GuestError; an AssertionError after `limit_s` of the guest's time."""
        done = self.ask("exec", code=code, limit_s=limit_s)
        if done["error"]:
            raise GuestError(done["error"])
        return str(done["out"]).replace("\r\n", "\n")

    def pace(self, speed: float) -> None:
        """0: stand still again."""
        self.ask("pace", speed=speed)

    def edges(self, gpio: int) -> list[tuple[float, bool]]:
        """(the guest's time in s, level) of each change of an output, across resets and power cuts."""
        return [(at_s, high) for at_s, high in self.ask("edges", gpio=gpio)["edges"]]

    def drive(self, gpio: int, high: bool | None) -> None:
        self.ask("drive", gpio=gpio, high=high)

    def signal(self, channel: int, signal: Signal) -> None:
        self.ask("signal", channel=channel, signal=signal._asdict())

    def attach_plant(self, load: str) -> None:
        """Mains, relay, car and sensors stand at the pins from now on; `load`: as wattline-plant takes it."""
        self.ask("plant", load=load)

    def world(self, **change: Any) -> dict[str, Any]:
        """What the plant says now; `plug`: whether the car is in; `fault` and `on`: see plant/faults.py."""
        return self.ask("world", **change)["state"]

    def feed(self, uart: int, data: bytes) -> None:
        """Bytes on the way to a UART of the guest's, at its baud rate, while it runs."""
        self.ask("feed", uart=uart, data=data.hex())

    def sent(self, uart: int) -> bytes:
        """All that the guest has sent on a UART since its power came."""
        return bytes.fromhex(self.ask("sent", uart=uart)["data"])

    def reset(self) -> None:
        self.ask("reset")

    def cut_power(self) -> None:
        self.ask("cut_power")

    def close(self) -> None:
        self.process.kill()
