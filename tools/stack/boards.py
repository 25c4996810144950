"""Simulated charge points: a plant each, and one or two boards, on the line that the shape names."""

import json
import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tools.services.null_modem import NullModem
from tools.services.ports import LOOPBACK, free_port
from tools.services.process import ChildProcess
from tools.stack.python_of_boards import interpreter
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).resolve().parents[2]
RATED_MA = 40_000  # of a board's 16 A by default a recorded car takes more, and its charge ends as over-current
Shape = Literal["tcp", "serial", "split"]


@dataclass(frozen=True)
class Design:
    """What kind of charge point it is. `config` goes over the board's defaults."""

    cp_id: str
    shape: Shape = "tcp"
    profile: str = "constant:7400"
    speed: float = 1.0
    location: str = ""
    price_per_kwh: float = 0.20
    config: dict[str, Any] = field(default_factory=dict[str, Any])


class Plant:
    """A plant process and what it says of its world."""

    def __init__(self, design: Design, folder: Path) -> None:
        self._cp_id = design.cp_id
        self.board_port, self._control_port = free_port(), free_port()
        self.process = ChildProcess(
            f"plant {design.cp_id}",
            [
                sys.executable, "-m", "plant.main", "--cp", f"{design.cp_id}={design.profile}", "--plugged",
                "--plant-address", f"{LOOPBACK}:{self.board_port}", "--control-port", str(self._control_port),
                "--speed", f"{design.speed:g}",
            ],
            folder / "plant.log",
        )

    def start(self) -> None:
        self.process.start()
        self.process.wait_said(r"\bready\b", DEADLINE_S)

    def ask(self, **request: object) -> dict[str, Any]:
        """Its answer. Raises OSError where it is gone, ValueError where it refuses."""
        with socket.create_connection((LOOPBACK, self._control_port), timeout=DEADLINE_S) as connection:
            connection.sendall(json.dumps({"cp_id": self._cp_id, **request}).encode() + b"\n")
            with connection.makefile("r", encoding="utf-8") as lines:
                answer: dict[str, Any] = json.loads(lines.readline())
        if not answer["ok"]:
            raise ValueError(answer["text"])
        return answer

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.ask(do="state")["state"]
        return state


class ChargePoint:
    """A plant and its boards. `boards` by role: both, or engine and monitor."""

    def __init__(self, design: Design, folder: Path, bridge_port: int, mqtt_address: str | None) -> None:
        self.design = design
        self.folder = folder / design.cp_id
        self.plant = Plant(design, self.folder)
        self.modem = NullModem() if design.shape == "serial" else None
        self.boards = self._make_boards(bridge_port, mqtt_address)

    @property
    def serial_port(self) -> str | None:
        """The bridge's end of the serial line."""
        return self.modem.near if self.modem else None

    def start(self) -> None:
        self.plant.start()
        for board in self.boards.values():
            board.start()

    def stop(self) -> None:
        with ExitStack() as running:  # each is stopped whatever happens to another
            if self.modem:
                running.callback(self.modem.close)
            for process in (self.plant.process, *self.boards.values()):
                running.callback(process.stop)

    def _make_boards(self, bridge_port: int, mqtt_address: str | None) -> dict[str, ChildProcess]:
        central = f"serial:{self.modem.far}" if self.modem else f"{LOOPBACK}:{bridge_port}"
        engine = f"{LOOPBACK}:{free_port()}"
        mqtt = None if self.modem else mqtt_address
        if self.design.shape != "split":
            return {"both": self._board("both", central=central, mqtt=mqtt)}
        return {
            "engine": self._board("engine", engine=engine, mqtt=mqtt),
            "monitor": self._board("monitor", central=central, engine=engine),
        }

    def _board(self, role: str, **places: str | None) -> ChildProcess:
        folder = self.folder / role
        folder.mkdir(parents=True, exist_ok=True)
        config = {
            "cp_id": self.design.cp_id,
            "role": role,
            "state_dir": str(folder),
            "location": self.design.location,
            "price_per_kwh": self.design.price_per_kwh,
            "rated_current_ma": RATED_MA,
            **self.design.config,
            **{name: place for name, place in places.items() if place},
        }
        if role != "monitor":
            config["plant"] = f"{LOOPBACK}:{self.plant.board_port}"
        path = folder / "config.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        firmware = ROOT / "firmware"
        return ChildProcess(
            f"{role} of {self.design.cp_id}",
            [interpreter().path, firmware / "main.py", path],
            self.folder / f"{role}.log",
            {"MICROPYPATH": f"{firmware}:.frozen"},
            folder,
        )
