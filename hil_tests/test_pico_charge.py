"""A whole charge on real MicroPython: relay, converter, engine, USB serial port, bridge, with a plant at the pins."""

from collections.abc import Callable

import pytest

from hil_tests.benches.pico.bench import PicoBench
from hil_tests.benches.pico.plant_pins import CONTACT, FEEDBACK
from hil_tests.benches.pico.usb_bridge import UsbBridge

BOOT_S = 5.0  # of the guest's time, as all here
ANSWER_S = 2.0
CHARGED_S = 1.5
POWER_W = 3000
QUICK = {"telemetry_interval_ms": 500, "keepalive_ms": 500, "health_interval_ms": 500}


def charging(bench: PicoBench) -> UsbBridge:
    """Powers the board, plugs a car in, and charges it for CHARGED_S."""
    usb = UsbBridge(bench, presence="contact", contact_pin=CONTACT, feedback_pin=FEEDBACK, **QUICK)
    bench.attach_plant(f"constant:{POWER_W}")
    bench.world(plug=True)
    bridge = usb.bridge
    usb.until(lambda: "idle" in [each["state"] for each in bridge.of("status_notification")], BOOT_S)
    assert not bench.world()["relay"]
    start = bridge.command("start_charge", session_id="s1")
    usb.until(lambda: bridge.of("charge_started"), ANSWER_S)
    answer = bridge.answer_to(start)
    assert answer is not None
    assert answer["accepted"], answer
    closed_at_s = usb.guest_s
    usb.until(lambda: usb.guest_s > closed_at_s + CHARGED_S, 2 * CHARGED_S)
    assert bench.world()["relay"]
    return usb


@pytest.mark.timeout(900)  # 5 s of a busy guest, on a machine that does much else
def test_charge_from_relay_to_bridge(new_pico: Callable[[], PicoBench]):
    bench = new_pico()
    with charging(bench) as usb:
        bridge = usb.bridge
        data = [each for each in bridge.received if each["type"] == "charging_data"][-1]
        assert data["state"] == "charging"
        assert data["power_w"] == pytest.approx(POWER_W, rel=0.015)

        bridge.command("stop_charge", session_id="s1", reason="driver")
        usb.until(lambda: bridge.of("charge_completion"), ANSWER_S)
    (completion,) = bridge.of("charge_completion")
    world = bench.world()
    assert completion["reason"] == "driver"
    assert not world["relay"]
    energy_wh = completion["end_register_wh"] - completion["start_register_wh"]
    assert energy_wh == pytest.approx(world["plant_mwh"] / 1000, abs=1)
    assert bridge.problems == []


@pytest.mark.hil
@pytest.mark.timeout(1800)
def test_power_cut_in_mid_charge_opens_the_relay_and_is_reported(new_pico: Callable[[], PicoBench]):
    bench = new_pico()
    with charging(bench) as usb:
        bridge = usb.bridge
        bench.cut_power()
        bridge.connected()
        usb.until(lambda: not bench.world()["relay"], 0.1)
        registrations = bridge.registrations
        usb.until(lambda: bridge.registrations > registrations, BOOT_S)
        usb.until(lambda: bridge.of("charge_completion"), ANSWER_S)
    (completion,) = bridge.of("charge_completion")
    assert completion["reason"] == "power_loss"
    assert completion["session_id"] == "s1"
    assert completion["start_register_wh"] <= completion["end_register_wh"] <= bench.world()["plant_mwh"] / 1000 + 1
    assert not bench.world()["relay"]
    assert [closed for _, closed in bench.world()["edges"]] == [True, False]
    assert bridge.problems == []
