"""What a test may ask of the bench's process: a JSON object on a line, answered by another. A table of actions."""

import json
from collections.abc import Callable
from typing import Any

from rp2040py.device.raw_repl import RawReplError

from tools.emulated_pico.board import PicoBoard
from tools.emulated_pico.guest import NS
from tools.emulated_pico.pacing import Pace
from tools.emulated_pico.signals import Signal

Request = dict[str, Any]
MAX_SPEED = 1000.0


def _state(board: PicoBoard, pace: Pace, request: Request) -> Request:
    return {
        "guest_s": board.now_ns / NS,
        "up": board.guest.enumeration.up,
        "boots": board.guest.enumeration.count,
        "levels": {str(number): high for number, high in board.levels.items()},
        "erases": board.guest.flash.erases,
        "programs": board.guest.flash.programs,
        "bytes_dropped": board.port.bytes_dropped,
        "seconds_behind": pace.seconds_behind,
    }


def _run(board: PicoBoard, pace: Pace, request: Request) -> Request:
    board.run(float(request["seconds"]))
    return {}


def _boot(board: PicoBoard, pace: Pace, request: Request) -> Request:
    return {"guest_s": board.boot()}


def _exec(board: PicoBoard, pace: Pace, request: Request) -> Request:
    return board.run_code(str(request["code"]), float(request["limit_s"]))


def _edges(board: PicoBoard, pace: Pace, request: Request) -> Request:
    return {"edges": [[at_ns / NS, high] for at_ns, high in board.edges[int(request["gpio"])]]}


def _drive(board: PicoBoard, pace: Pace, request: Request) -> Request:
    high = request["high"]
    board.drive(int(request["gpio"]), None if high is None else bool(high))
    return {}


def _signal(board: PicoBoard, pace: Pace, request: Request) -> Request:
    board.signals.of[int(request["channel"])] = Signal(**request["signal"])
    return {}


def _plant(board: PicoBoard, pace: Pace, request: Request) -> Request:
    board.attach_plant(str(request["load"]))
    return {}


def _world(board: PicoBoard, pace: Pace, request: Request) -> Request:
    """What the plant says; `plug`, `unplug` and `fault` change it first."""
    plant = board.plant
    if plant is None:
        raise ValueError("plant: none is attached")
    plant.advance(board.now_ns)
    if "plug" in request:
        (plant.world.car.plug if request["plug"] else plant.world.car.unplug)()
    if "fault" in request:
        plant.world.fault(str(request["fault"]), bool(request["on"]))
    plant.show_inputs()
    return {"state": plant.state()}


def _feed(board: PicoBoard, pace: Pace, request: Request) -> Request:
    board.guest.wires[int(request["uart"])].feed(bytes.fromhex(request["data"]))
    return {}


def _sent(board: PicoBoard, pace: Pace, request: Request) -> Request:
    return {"data": board.guest.wires[int(request["uart"])].sent.hex()}


def _reset(board: PicoBoard, pace: Pace, request: Request) -> Request:
    board.guest.reset()
    return {}


def _cut_power(board: PicoBoard, pace: Pace, request: Request) -> Request:
    board.cut_power()
    return {}


def _pace(board: PicoBoard, pace: Pace, request: Request) -> Request:
    speed = float(request["speed"])
    if not 0 <= speed <= MAX_SPEED:
        raise ValueError(f"speed: expected 0 (the guest stands still) to {MAX_SPEED:g}, not {speed:g}")
    pace.start(speed)
    return {}


ACTIONS: dict[str, Callable[[PicoBoard, Pace, Request], Request]] = {
    "state": _state, "run": _run, "boot": _boot, "exec": _exec, "edges": _edges, "drive": _drive, "signal": _signal,
    "feed": _feed, "sent": _sent, "plant": _plant, "world": _world,
    "reset": _reset, "cut_power": _cut_power, "pace": _pace,
}  # fmt: skip


def answer(board: PicoBoard, pace: Pace, line: bytes) -> bytes:
    """{"ok": true, …}, or {"ok": false, "text": what was wrong}; with "now_s", the guest's time after it."""
    try:
        request = json.loads(line)
        done: Request = {"ok": True, **ACTIONS[request["do"]](board, pace, request)}
    except (ValueError, KeyError, TypeError, TimeoutError, RawReplError) as error:
        done = {"ok": False, "text": f"{type(error).__name__}: {error}"}
    done["now_s"] = board.now_ns / NS
    return json.dumps(done).encode() + b"\n"
