"""From the relay to the receipt: real processes on either log, boards on real MicroPython, killed in mid-charge."""

import json
from collections.abc import Callable, Iterator
from typing import NoReturn, cast
from uuid import uuid4

import pytest

from hil_tests.whole_line import CHECKPOINT_MS, POWER_W, SHAPES, SPEED, WITHOUT_VOLTAGE, Site, agree, killed, site
from plant.world import WINDOW_MS
from tools.services import kafka
from tools.services.process import wait_for
from tools.stack.log_choice import Wanted
from tools.stack.python_of_boards import interpreter
from tools.testing.deadlines import DEADLINE_S

CHECKPOINT_WH = POWER_W * SPEED * CHECKPOINT_MS / 3_600_000
WINDOW_WH = POWER_W * SPEED * WINDOW_MS / 3_600_000


@pytest.fixture(scope="module", params=["embedded", "kafka"])
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], NoReturn]
) -> Iterator[Site]:
    log = cast(Wanted, request.param)
    if interpreter().notice:
        missing("MicroPython's unix port")
    if log == "kafka" and (reason := kafka.available()):
        missing(f"Apache Kafka ({reason})")
    with site(log, tmp_path_factory.mktemp(log)) as started:
        yield started


@pytest.fixture(autouse=True)
def _tidy(running: Site) -> Iterator[None]:
    yield
    running.tidy()


@pytest.mark.parametrize("cp_id", SHAPES)
def test_a_charge_from_the_relay_to_the_receipt(running: Site, cp_id: str) -> None:
    charge = running.charge(cp_id, kwh=0.3)
    receipt = charge.ended()
    agree(charge, receipt)
    assert receipt["reason"] == "limit"
    assert receipt["estimated"] is False
    assert receipt["max_energy_wh"] == 300
    assert 300 - 3 * WINDOW_WH <= receipt["energy_wh"] <= 300
    assert receipt["cost_minor"] == (receipt["energy_wh"] * 2000 * 2 + 100_000) // 200_000  # 0.20 a kWh, half up


def test_a_charge_without_a_voltage_channel_says_that_it_is_estimated(running: Site) -> None:
    charge = running.charge(WITHOUT_VOLTAGE, kwh=0.2)
    receipt = charge.ended()
    agree(charge, receipt)
    assert receipt["estimated"] is True


def test_a_charge_request_by_a_bare_producer(running: Site) -> None:
    """The specification's own message, to the letter, by a program that knows the log and nothing of Wattline."""
    driver_id = running.driver().driver_id
    point = running.ready("cp_tcp")
    request = f'{{"type":"charge_request","message_id":"{uuid4()}","cp_id":"cp_tcp","driver_id":"{driver_id}"}}'
    log = running.open_log()
    log.append("ev.driver", driver_id, request.encode()).result(DEADLINE_S)
    wait_for(lambda: point.plant.state()["relay"], DEADLINE_S, "the relay closes")
    told = wait_for(lambda: point.plant.state()["sessions"][-1]["session_id"], DEADLINE_S, "a named session")
    stop = {"type": "charge_stop_request", "message_id": str(uuid4()), "driver_id": driver_id, "session_id": told}
    log.append("ev.driver", driver_id, json.dumps(stop).encode(), {"by": b"api"}).result(DEADLINE_S)
    wait_for(lambda: not point.plant.state()["relay"], DEADLINE_S, "the relay opens")
    log.close()


def test_a_driver_stops_the_charge(running: Site) -> None:
    charge = running.charge("cp_tcp", kwh=50)
    charge.flowed_wh(100)
    charge.driver.run("stop", "cp_tcp")
    receipt = charge.ended()
    agree(charge, receipt)
    assert receipt["reason"] == "driver"


@pytest.mark.parametrize("cp_id", SHAPES)
def test_a_bridge_killed_in_mid_charge_changes_nothing(running: Site, cp_id: str) -> None:
    charge = running.charge(cp_id, kwh=0.6)
    charge.flowed_wh(150)
    with killed(running.stack.bridge):
        charge.flowed_wh(450)  # boards charge on
    receipt = charge.ended()
    agree(charge, receipt)
    assert receipt["reason"] == "limit"


def test_a_charge_that_ends_while_the_bridge_is_away_is_billed(running: Site) -> None:
    charge = running.charge("cp_tcp", kwh=0.4)
    charge.flowed_wh(100)
    with killed(running.stack.bridge):
        charge.relay_opened()
    agree(charge, charge.ended())


def test_a_worker_killed_again_and_again_changes_nothing(running: Site) -> None:
    charge = running.charge("cp_tcp", kwh=1.0)
    for at_wh in (100, 300, 500, 700, 900):
        charge.flowed_wh(at_wh)
        with killed(running.stack.worker):
            pass
    receipt = charge.ended()
    agree(charge, receipt)
    assert receipt["reason"] == "limit"


def test_a_board_killed_in_mid_charge_loses_a_checkpoint_at_most(running: Site) -> None:
    charge = running.charge("cp_tcp", kwh=50)
    charge.flowed_wh(400)
    with killed(charge.point.boards["both"]):
        charge.relay_opened()  # the pull-down does it
        flowed_wh = charge.closure()["energy_mwh"] / 1000
    receipt = charge.ended()
    assert receipt["reason"] == "power_loss"
    # One checkpoint, and one that the board was about to write.
    assert flowed_wh * 0.985 - 2 * CHECKPOINT_WH <= receipt["energy_wh"] <= flowed_wh * 1.015 + 1


def test_a_monitor_killed_in_mid_charge_ends_it_safely(running: Site) -> None:
    charge = running.charge("cp_split", kwh=50)
    charge.flowed_wh(200)
    with killed(charge.point.boards["monitor"]):
        charge.relay_opened()
    receipt = charge.ended()
    agree(charge, receipt)
    assert receipt["reason"] == "safe_mode"


def test_the_api_killed_in_mid_charge_costs_nothing(running: Site) -> None:
    charge = running.charge("cp_tcp", kwh=0.6)
    charge.flowed_wh(200)
    with killed(running.stack.api):
        charge.flowed_wh(300)
    agree(charge, charge.ended())


def test_the_mqtt_broker_killed_in_mid_charge_stalls_nobody(running: Site) -> None:
    assert running.stack.mqtt
    charge = running.charge("cp_tcp", kwh=0.6)
    charge.flowed_wh(150)
    with killed(running.stack.mqtt.process):
        charge.flowed_wh(450)
    agree(charge, charge.ended())


# The embedded log is a file: who writes it is killed in the tests above.
@pytest.mark.parametrize("running", ["kafka"], indirect=True)
def test_the_log_killed_in_mid_charge_loses_nothing(running: Site) -> None:
    broker = running.stack.log and running.stack.log.broker
    assert broker
    charge = running.charge("cp_tcp", kwh=2.0)
    charge.flowed_wh(150)
    with killed(broker.process):
        charge.flowed_wh(450)
    receipt = charge.ended()
    agree(charge, receipt)
    assert receipt["reason"] == "limit"
