"""The specification's messages, typed with nc as docs/protocol.md shows them, end in a charge."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hil_tests.whole_line import POWER_W, QUICK, SETTINGS, SPEED, TOLERANCE
from tools.docs import by_hand
from tools.services.ports import LOOPBACK
from tools.services.process import wait_for
from tools.stack.boards import ChargePoint, Design
from tools.stack.stack import Stack
from tools.testing.deadlines import DEADLINE_S

DESIGN = Design("cp_001", "tcp", f"constant:{POWER_W}", SPEED, config=QUICK)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path, [], "embedded", SETTINGS) as running:
        yield running


def typed(stack: Stack, *lines: str) -> list[dict[str, Any]]:
    """What `nc -N` prints, on a line of its own."""
    with socket.create_connection((LOOPBACK, stack.plain_port), DEADLINE_S) as connection:
        connection.sendall("".join(f"{line}\n" for line in lines).encode())
        connection.shutdown(socket.SHUT_WR)
        heard = b"".join(iter(lambda: connection.recv(4_096), b""))
    return [json.loads(line) for line in heard.splitlines()]


def acked(answers: list[dict[str, Any]]) -> bool:
    return [each for each in answers if each["type"] == "ack"] == answers != []


def wait_status(stack: Stack, status: str, faults: list[str]) -> None:
    def is_so() -> bool:
        point = stack.get("/v1/charge-points/cp_001")
        return (point["status"], point["faults"]) == (status, faults)

    wait_for(is_so, DEADLINE_S, f"cp_001 being {status} with the faults {faults}")


def test_what_the_docs_tell_to_type_ends_in_a_charge(stack: Stack, tmp_path: Path) -> None:
    with ExitStack() as running:
        assert acked(typed(stack, by_hand.REGISTER))
        point = ChargePoint(DESIGN, tmp_path, stack.bridge_port, None)
        running.callback(point.stop)
        point.start()
        wait_status(stack, "ACTIVE", [])
        assert acked(typed(stack, by_hand.FAULT))
        wait_status(stack, "FAULTY", ["unspecified"])
        assert acked(typed(stack, by_hand.RECOVERY))
        wait_status(stack, "ACTIVE", [])
        for line in (by_hand.DRIVER, by_hand.CHARGE):
            assert acked(typed(stack, line))
        wait_for(lambda: point.plant.state()["relay"], DEADLINE_S, "the relay being closed")
        (health,) = typed(stack, by_hand.HEALTH)
        assert (health["type"], health["message_id"], health["relay_closed"]) == ("health_check_response", "uuid", True)
        wait_for(lambda: point.plant.state()["plant_mwh"] > 10_000, DEADLINE_S, "some energy flowing")
        point.plant.ask(do="unplug")
        wait_for(lambda: charge_of_driver(stack)["state"] == "completed", DEADLINE_S, "the charge's end")
        receipt = stack.get("/v1/charges/uuid/receipt?driver_id=driver_001")
        assert receipt["energy_wh"] > 0
        flowed_wh = point.plant.state()["plant_mwh"] / 1_000
        assert abs(receipt["energy_wh"] - flowed_wh) <= TOLERANCE * flowed_wh + 1


def charge_of_driver(stack: Stack) -> dict[str, Any]:
    (charge,) = stack.get("/v1/drivers/driver_001/charges")["charges"]
    return charge
