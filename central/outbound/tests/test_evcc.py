"""evcc's calls, by the very addresses, headers, jq paths and payloads that docs/homes.md gives to whoever sets it up.

A fake of evcc: it fills in its templates, asks, and picks each value by jq, as evcc's plugins do.
"""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest
import yaml

from central.outbound.tests.home import Home
from central.tests.site import Site, sign_up
from tools.services.mqtt import MqttBroker
from tools.testing.deadlines import DEADLINE_S

PAGE = Path(__file__).parents[3] / "docs" / "homes.md"


class Evcc:
    def __init__(self, site: Site, home: Home, token: str, driver_id: str) -> None:
        (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        text = block.replace("http://127.0.0.1:8080", site.api_url).replace("TOKEN", token)
        (self._charger,) = yaml.safe_load(text.replace("DRIVER_ID", driver_id))["chargers"]
        self._home = home

    def read(self, what: str) -> Any:
        plugin = self._charger[what]
        headers = {name: value for each in plugin["headers"] for name, value in each.items()}
        answer = httpx.get(plugin["uri"], headers=headers, timeout=DEADLINE_S).raise_for_status()
        command = ["jq", "-c", plugin["jq"]]
        picked = subprocess.run(command, input=answer.text, capture_output=True, text=True, check=True)
        return json.loads(picked.stdout)

    def enable(self, on: bool) -> None:
        plugin = self._charger["enable"]
        payload = re.sub(r"{{if .enable}}(.*?){{else}}(.*?){{end}}", r"\1" if on else r"\2", plugin["payload"])
        payload = payload.replace("{{now | unixEpoch}}", str(int(time.time())))
        assert "{{" not in payload
        self._home.publish(plugin["topic"], payload.encode())


@pytest.fixture
def site(tmp_path: Path, missing: Callable[[str], NoReturn], mqtt_broker: MqttBroker) -> Iterator[Site]:
    if shutil.which("jq") is None:
        missing("jq (on Debian: apt install jq)")
    own = Site(tmp_path, {"MQTT_ADDRESS": mqtt_broker.address, "HOME_ASSISTANT_PREFIX": "evcc"})
    own.start()
    yield own
    own.close()


@pytest.fixture
def home(mqtt_broker: MqttBroker) -> Iterator[Home]:
    own = Home(mqtt_broker, "evcc")
    yield own
    own.close()


def test_evcc_sees_the_car_starts_its_charge_and_ends_it(site: Site, home: Home) -> None:
    site.connect("cp_001")
    with site.client() as client:
        driver_id = sign_up(client)
        token = client.headers["authorization"].removeprefix("Bearer ")
    evcc = Evcc(site, home, token, driver_id)
    homes = site.process("homes", HOMES_DRIVER_ID=driver_id)
    site.start(homes)
    try:
        site.wait_for(lambda: evcc.read("energy") == 1, "the register")
        _health(site, "absent")
        site.wait_for(lambda: evcc.read("status") == "A", "no car")
        _health(site, "present")
        site.wait_for(lambda: evcc.read("status") == "B", "a car")
        assert (evcc.read("enabled"), evcc.read("power")) == (False, 0)
        site.wait_for(lambda: home.availability == b"online", "the home")
        evcc.enable(True)
        site.wait_for(lambda: evcc.read("enabled") is True, "a charge")
        evcc.enable(False)
        site.wait_for(lambda: "charge_stop_request" in homes.said(), "asked to end")
    finally:
        homes.stop()


def _health(site: Site, vehicle: str) -> None:
    site.board_says("status_notification", cp_id="cp_001", state="idle", vehicle=vehicle)
