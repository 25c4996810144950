"""What of the firmware a board gets, by its config.json."""

import json
from typing import Any

import pytest
from chargepoint.settings import read

from board_cli.files.sources import ONLY, needed

PICO: dict[str, Any] = {"cp_id": "cp_1", "platform": "rp2", "central": "usb"}
ENGINE: dict[str, Any] = {"cp_id": "cp_1", "platform": "rp2", "role": "engine", "engine": "uart:1"}
MONITOR: dict[str, Any] = {
    "cp_id": "cp_1", "platform": "esp32", "role": "monitor", "engine": "uart:1", "central": "10.0.0.1:7000",
    "wifi_ssid": "net",
}  # fmt: skip


def modules(config: dict[str, Any]) -> set[str]:
    files = needed(read(json.dumps(config)))
    return {path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in files}


@pytest.mark.parametrize(
    ("config", "has", "spares"),
    [
        (PICO, "boot main hal.rp2 hal.adc_dma hal.usb chargepoint.engine.engine chargepoint.monitor.monitor",
         "hal.tcp hal.uart hal.wifi hal.mqtt hal.sim hal.esp32 hal.serial wire.kinds.plant wire.kinds.log wire.codes"),
        ({**PICO, "central": "10.0.0.1:7000", "wifi_ssid": "net", "mqtt": "10.0.0.1:1883"},
         "hal.tcp hal.wifi hal.mqtt hal.usb", "hal.uart hal.names hal.dns"),
        ({**PICO, "central": "bridge.example:7000", "wifi_ssid": "net"},
         "hal.tcp hal.wifi hal.names hal.dns", "hal.mqtt"),
        (ENGINE, "hal.uart hal.usb hal.ntc chargepoint.service.console", "hal.tcp chargepoint.monitor"),
        (MONITOR, "hal.esp32 hal.uart hal.tcp hal.wifi", "hal.rp2 hal.adc_polled hal.ntc chargepoint.engine"),
        ({"cp_id": "cp_1", "central": "10.0.0.1:7000", "plain_port": 7101},
         "hal.sim hal.plant_line wire.kinds.plant chargepoint.engine.plain", "hal.usb hal.rp2 hal.pins machine"),
    ],
)  # fmt: skip
def test_board_gets_what_its_role_platform_and_lines_need(config: dict[str, Any], has: str, spares: str):
    found = modules(config)
    assert set(has.split()) <= found
    assert not [name for name in spares.split() if any(each == name or each.startswith(f"{name}.") for each in found)]


def test_each_row_of_what_only_some_boards_need_names_a_module():
    every = modules({**PICO, "central": "10.0.0.1:1"}) | modules(ENGINE) | modules(MONITOR)
    every |= modules({"cp_id": "cp_1", "central": "serial:x", "mqtt": "10.0.0.1:1", "plain_port": 1})
    every |= modules({**PICO, "central": "bridge.example:1"})
    every |= modules({**ENGINE, "platform": "esp32"})
    assert [name for name in ONLY if name not in every] == []
