"""From the relay to the receipt, on real MicroPython: pins and converter, engine, USB, bridge, log, Central, driver."""

from pathlib import Path

import pytest

from tools.demo.drivers import Driver
from tools.emulated_pico.post import CP_ID, PATIENT, PicoPost
from tools.services.process import wait_for
from tools.stack.stack import Stack

POWER_W = 7000
ORDER_WH = 4  # two seconds of the board's time
WAIT_S = 900.0  # of the world's, for seconds of a busy guest's
GUEST_S = 20  # it runs on beside the world's clock, while nothing is asked of it too


@pytest.mark.guest_s(GUEST_S)
@pytest.mark.usefixtures("pico_image", "micropython")
def test_charge_from_the_relay_to_the_receipt(tmp_path: Path):
    post = PicoPost(tmp_path / "pico", POWER_W)
    try:
        with Stack(tmp_path, [], "embedded", PATIENT, guests=[post]) as stack:

            def is_active() -> bool:
                points = stack.get("/v1/charge-points")["charge_points"]
                return {"ACTIVE"} == {point["status"] for point in points if point["cp_id"] == CP_ID}

            wait_for(is_active, WAIT_S, f"{CP_ID} is ACTIVE")
            driver = Driver("Ada", tmp_path / "ada", stack.api_url)
            driver.register()
            charge = driver.start("charge", CP_ID, "--kwh", f"{ORDER_WH / 1000:g}")
            assert charge.wait_ended(WAIT_S) == 0, charge.log_tail()
            receipt = driver.run("receipt")
            world = post.world()
    finally:
        post.close()
    (closure,) = world["sessions"]
    assert not world["relay"]
    assert [closed for _, closed in world["edges"]] == [True, False]
    assert receipt["reason"] == "limit"
    metered_wh = receipt["end_register_wh"] - receipt["start_register_wh"]
    assert receipt["energy_wh"] == min(metered_wh, ORDER_WH)
    assert metered_wh == pytest.approx(closure["energy_mwh"] / 1000, abs=1)
    assert receipt["energy_wh"] >= ORDER_WH - 2
