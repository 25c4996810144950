"""From the relay to the receipt: real processes on either log, boards on real MicroPython, killed in mid-charge."""

from collections.abc import Callable, Iterator
from typing import NoReturn, cast

import pytest

from hil_tests.whole_line import CHECKPOINT_MS, POWER_W, SHAPES, SPEED, Site, agree, site
from tools.services import kafka
from tools.services.process import wait_for
from tools.stack.log_choice import Wanted
from tools.stack.python_of_boards import interpreter

CHECKPOINT_WH = POWER_W * SPEED * CHECKPOINT_MS / 3_600_000


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


@pytest.mark.parametrize("cp_id", SHAPES)
def test_a_charge_from_the_relay_to_the_receipt(running: Site, cp_id: str) -> None:
    charge = running.charge(cp_id, kwh=0.3)
    receipt = charge.ended()
    agree(charge, receipt)
    assert receipt["reason"] == "limit"
    assert 300 <= receipt["energy_wh"] < 400
    assert receipt["cost_minor"] == (receipt["energy_wh"] * 2000 * 2 + 100_000) // 200_000  # 0.20 a kWh, half up


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
    running.stack.bridge.kill()
    charge.flowed_wh(450)  # boards charge on
    running.stack.bridge.start()
    receipt = charge.ended()
    agree(charge, receipt)
    assert receipt["reason"] == "limit"


def test_a_charge_that_ends_while_the_bridge_is_away_is_billed(running: Site) -> None:
    charge = running.charge("cp_tcp", kwh=0.4)
    charge.flowed_wh(100)
    running.stack.bridge.kill()
    wait_for(lambda: not charge.point.plant.state()["relay"], 30, "the charge ends without a bridge")
    running.stack.bridge.start()
    agree(charge, charge.ended())


def test_a_worker_killed_again_and_again_changes_nothing(running: Site) -> None:
    charge = running.charge("cp_tcp", kwh=1.0)
    for at_wh in (100, 300, 500, 700, 900):
        charge.flowed_wh(at_wh)
        running.stack.worker.kill()
        running.stack.worker.start()
    receipt = charge.ended()
    agree(charge, receipt)
    assert receipt["reason"] == "limit"


def test_a_board_killed_in_mid_charge_loses_a_checkpoint_at_most(running: Site) -> None:
    charge = running.charge("cp_tcp", kwh=50)
    charge.flowed_wh(400)
    board = charge.point.boards["both"]
    board.kill()
    wait_for(lambda: not charge.point.plant.state()["relay"], 10, "the pull-down opens the relay")
    flowed_wh = charge.spell()["energy_mwh"] / 1000
    board.start()
    receipt = charge.ended()
    assert receipt["reason"] == "power_loss"
    # At most one checkpoint, and the windows under way: those not yet metered and those it may have begun to write.
    assert flowed_wh * 0.985 - 2 * CHECKPOINT_WH <= receipt["energy_wh"] <= flowed_wh * 1.015 + 1


def test_a_monitor_killed_in_mid_charge_ends_it_safely(running: Site) -> None:
    charge = running.charge("cp_split", kwh=50)
    charge.flowed_wh(200)
    monitor = charge.point.boards["monitor"]
    monitor.kill()
    wait_for(lambda: not charge.point.plant.state()["relay"], 20, "safe mode opens the relay")
    monitor.start()
    receipt = charge.ended()
    agree(charge, receipt)
    assert receipt["reason"] == "safe_mode"


def test_the_api_killed_in_mid_charge_costs_nothing(running: Site) -> None:
    charge = running.charge("cp_tcp", kwh=0.6)
    charge.flowed_wh(200)
    running.stack.api.kill()
    charge.flowed_wh(300)
    running.stack.api.start()
    agree(charge, charge.ended())


def test_the_mqtt_broker_killed_in_mid_charge_stalls_nobody(running: Site) -> None:
    mqtt = running.stack.mqtt
    assert mqtt
    charge = running.charge("cp_tcp", kwh=0.6)
    charge.flowed_wh(150)
    mqtt.kill()
    charge.flowed_wh(450)
    mqtt.restart()
    agree(charge, charge.ended())


# The embedded log is a file: who writes it is killed in the tests above.
@pytest.mark.parametrize("running", ["kafka"], indirect=True)
def test_the_log_killed_in_mid_charge_loses_nothing(running: Site) -> None:
    broker = running.stack.log and running.stack.log.broker
    assert broker
    charge = running.charge("cp_tcp", kwh=2.0)
    charge.flowed_wh(150)
    broker.kill()
    charge.flowed_wh(450)
    broker.start()
    receipt = charge.ended()
    agree(charge, receipt)
    assert receipt["reason"] == "limit"
