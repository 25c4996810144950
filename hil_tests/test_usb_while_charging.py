"""A board that charges at its own USB port, as on a Pico: Ctrl-C is a byte like any other, and the cable may go."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil_tests.benches.port_board import PortBoard
from hil_tests.benches.scripted_bridge import ScriptedBridge
from hil_tests.benches.unix import ROOT, BridgeServer, Plant, unix_ms
from tools.services.ports import LOOPBACK
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

FIRMWARE = ROOT / "firmware"
ORDER_WH = 200


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    made = Plant(tmp_path, "--plugged", "--speed", "60", "--profile", "constant:3000")
    yield made
    made.process.stop()


@pytest.fixture
def board(tmp_path: Path, micropython: str, plant: Plant) -> Iterator[PortBoard]:
    folder = tmp_path / "board"
    shutil.copytree(FIRMWARE, folder)
    config = {
        "cp_id": "cp_1", "central": "usb", "plant": f"{LOOPBACK}:{plant.port}", "retry_first_ms": 50,
        "retry_slow_ms": 500, "resend_ms": 500,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    with PortBoard(folder, micropython) as made:
        yield made


def begin(board: PortBoard, plant: Plant, bridge: ScriptedBridge) -> BridgeServer:
    server = BridgeServer(bridge)
    server.plug_serial(board.path)
    server.until(lambda: "idle" in [each["state"] for each in bridge.of("status_notification")])
    bridge.command("start_charge", session_id="s1", max_energy_wh=ORDER_WH)
    server.until(lambda: bridge.of("charge_started"))
    assert [each["closed"] for each in plant.state()["edges"]][:1] == [True]
    return server


def ended(server: BridgeServer, bridge: ScriptedBridge, plant: Plant) -> None:
    """The order was filled by the one charge, without a start of the board in between."""
    server.until(lambda: bridge.of("charge_completion"))
    (told,) = bridge.of("charge_completion")
    assert (told["session_id"], told["reason"]) == ("s1", "limit")
    # The board ends a bit before the order, or, on a slow machine, after it; Central bills no more than was ordered.
    assert abs(told["end_register_wh"] - told["start_register_wh"] - ORDER_WH) <= ORDER_WH // 10
    assert [each["closed"] for each in plant.state()["edges"]] == [True, False]


def test_ctrl_c_while_charging_ends_nothing(board: PortBoard, plant: Plant):
    bridge = ScriptedBridge("cp_1", unix_ms)
    server = begin(board, plant, bridge)
    try:
        port = os.open(board.path, os.O_WRONLY | os.O_NOCTTY)
        os.write(port, b"\x03\x03\x04\x01" * 8 + b"\n")
        os.close(port)
        ended(server, bridge, plant)
        assert board.starts == 1
    finally:
        server.close()


def test_cable_that_is_pulled_leaves_the_charge_to_the_board(board: PortBoard, plant: Plant):
    """With a supply of its own; where the cable was its supply, it is a power cut."""
    bridge = ScriptedBridge("cp_1", unix_ms)
    begin(board, plant, bridge).close()
    wait_for(lambda: not plant.state()["relay"], DEADLINE_S, "the relay opening at the order's end")
    server = BridgeServer(bridge)
    try:
        server.plug_serial(board.path)
        ended(server, bridge, plant)
        assert board.starts == 1
    finally:
        server.close()
