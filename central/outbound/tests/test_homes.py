"""`wattline-central homes` on real brokers: announced, kept up, taken back, and asked to charge."""

import json
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from wire.kinds import DRIVER

from central.model.ids import session_id
from central.outbound.tests.home import Home
from central.tests.site import Site
from eventlog import Record
from eventlog.clock import wall_ms
from runtime.settings import Login
from tools.services.mqtt import MqttBroker
from tools.services.process import ChildProcess
from tools.testing.deadlines import DEADLINE_S

ADA = "ada"


class Lived:
    """A site with a worker, and a home that sees its posts. Ids are of this test's own: brokers are shared."""

    def __init__(
        self, folder: Path, broker: MqttBroker, settings: Mapping[str, str] | None = None, login: Login | None = None
    ) -> None:
        mark = uuid.uuid4().hex[:6]
        self.prefix = f"ha_{mark}"
        self.cp_id, self.other = f"cp_{mark}", f"cq_{mark}"
        self.broker = broker
        own = {"MQTT_ADDRESS": broker.address, "HOME_ASSISTANT_PREFIX": self.prefix}
        self.site = Site(folder, {**own, **(settings or {})})
        self.site.start(self.site.worker)
        self.home = Home(broker, self.prefix, login)
        self.process: ChildProcess | None = None
        self._opened = [self.home]

    def start(self, **settings: str) -> ChildProcess:
        self.process = self.site.process("homes", **settings)
        self.site.start(self.process)
        return self.process

    def look_anew(self) -> Home:
        """One who comes to the broker now."""
        home = Home(self.broker, self.prefix)
        self._opened.append(home)
        return home

    def connect(self, cp_id: str | None = None) -> None:
        cp_id = cp_id or self.cp_id
        self.site.connect(cp_id, f"b-{cp_id}")

    def asked(self) -> list[dict[str, Any]]:
        """What was asked in the driver's name so far."""
        records: list[Record] = list(self.site.read(DRIVER))
        told = [json.loads(record.value) for record in records]
        return [each for each in told if each["type"] in ("charge_request", "charge_stop_request")]

    def stops(self) -> list[dict[str, Any]]:
        return [each for each in self.asked() if each["type"] == "charge_stop_request"]

    def ends(self, session: str) -> None:
        """Says the board."""
        now_ms = wall_ms()
        self.site.board_says(
            "charge_completion", f"b-{self.cp_id}", cp_id=self.cp_id, session_id=session, meter_id=f"m-{self.cp_id}",
            start_register_wh=1_000, end_register_wh=1_000, started_at_ms=now_ms - 1, ended_at_ms=now_ms,
            reason="driver", relay_closed=False,
        )  # fmt: skip

    def wait(self, condition: Any, what: str) -> None:
        self.site.wait_for(condition, what)

    def close(self) -> None:
        if self.process is not None:
            self.process.stop()
        for home in self._opened:
            home.close()
        self.site.close()


@pytest.fixture
def lived(tmp_path: Path, mqtt_broker: MqttBroker) -> Iterator[Lived]:
    own = Lived(tmp_path, mqtt_broker)
    yield own
    own.close()


def test_a_post_is_announced_its_state_follows_and_it_is_taken_back_when_it_is_removed(lived: Lived) -> None:
    lived.connect()
    lived.start()
    lived.wait(lambda: lived.home.state(lived.cp_id).get("status") == "ACTIVE", "the state")
    announced = lived.look_anew().announced
    lived.wait(lambda: announced(lived.cp_id) is not None, "an announcement that is retained")
    lived.wait(lambda: lived.home.availability == b"online", "there")
    assert "charging" not in (announced(lived.cp_id) or {})["components"]
    lived.site.board_says("fault_notification", f"b-{lived.cp_id}", id=lived.cp_id, fault="overheat", failure_info="88")
    lived.wait(lambda: lived.home.state(lived.cp_id)["problem"] == "ON", "the fault")
    assert lived.home.state(lived.cp_id)["fault"] == "overheat"
    lived.site.says("link_down", "bridge", cp_id=lived.cp_id, link_id=f"link-b-{lived.cp_id}", reason="closed")
    lived.wait(lambda: lived.home.state(lived.cp_id)["connected"] == "OFF", "the line")
    lived.site.says("operator_request", "operator", cp_id=lived.cp_id, action="remove")
    lived.wait(lambda: lived.home.announced(lived.cp_id) is None, "taken back")
    lived.wait(lambda: not lived.home.state(lived.cp_id), "its state too")


def test_what_was_removed_while_it_was_away_is_taken_back_and_strangers_devices_stay(lived: Lived) -> None:
    lived.connect()
    lived.connect(lived.other)
    process = lived.start()
    lived.wait(lambda: lived.home.state(lived.other), "both")
    process.kill()
    washer = f"{lived.prefix}/device/washer/config"
    lived.home.publish(washer, b'{"origin": {"name": "Wattline"}}', retain=True)
    lived.site.says("operator_request", "operator", cp_id=lived.other, action="remove")
    lived.start()
    lived.wait(lambda: lived.home.announced(lived.other) is None and not lived.home.state(lived.other), "taken back")
    assert lived.home.announced(lived.cp_id) is not None
    assert washer in lived.home.held


def test_only_the_posts_of_the_setting_are_shown(lived: Lived) -> None:
    lived.connect()
    lived.connect(lived.other)
    lived.start(HOMES_POSTS=lived.other)
    lived.wait(lambda: lived.home.announced(lived.other) is not None, "the one")
    assert lived.home.announced(lived.cp_id) is None


def test_killed_its_last_will_says_so_and_asked_to_end_it_says_so_itself(lived: Lived) -> None:
    lived.connect()
    process = lived.start()
    lived.wait(lambda: lived.home.availability == b"online", "there")
    process.kill()
    lived.wait(lambda: lived.home.availability == b"offline", "the last will")
    process = lived.start()
    lived.wait(lambda: lived.home.availability == b"online", "back")
    process.stop()
    assert process.exit_code == 0
    lived.wait(lambda: lived.home.availability == b"offline", "gone")


def test_home_assistant_comes_back_and_all_is_announced_anew(lived: Lived) -> None:
    lived.connect()
    lived.start()
    lived.wait(lambda: lived.home.availability == b"online", "there")
    lived.home.heard.clear()
    lived.home.publish(f"{lived.prefix}/status", b"online")
    topic = f"{lived.prefix}/device/wattline_{lived.cp_id}/config"
    lived.wait(lambda: topic in [heard for heard, _ in list(lived.home.heard)], "announced anew")


def test_the_broker_dies_and_comes_back_with_nothing_and_all_is_announced_anew(lived: Lived) -> None:
    lived.connect()
    lived.start()
    lived.wait(lambda: lived.home.state(lived.cp_id), "the state")
    lived.broker.kill()
    lived.broker.start()
    home = lived.look_anew()
    lived.wait(lambda: home.availability == b"online" and home.state(lived.cp_id), "the state again")
    assert home.announced(lived.cp_id) is not None


def test_the_switch_asks_once_however_often_it_is_delivered_and_off_stops(lived: Lived) -> None:
    lived.site.says("driver_register", "api", driver_id=ADA)
    lived.connect()
    process = lived.start(HOMES_DRIVER_ID=ADA)
    lived.wait(lambda: lived.home.availability == b"online", "there")
    switch = (lived.home.announced(lived.cp_id) or {})["components"]["charging"]
    assert switch["command_topic"] == f"wattline/{lived.cp_id}/ask"
    pressed = lived.home.press(lived.cp_id, "ON")
    lived.home.publish(switch["command_topic"], pressed)
    lived.wait(lambda: lived.home.state(lived.cp_id)["charging"] == "ON", "on")
    process.kill()
    lived.wait(lambda: lived.home.availability == b"offline", "the last will")
    process = lived.start(HOMES_DRIVER_ID=ADA)
    lived.wait(lambda: lived.home.availability == b"online", "back, and subscribed")
    lived.home.publish(switch["command_topic"], pressed)
    process.wait_said("runs at", DEADLINE_S)
    (request_id,) = {each["message_id"] for each in lived.asked()}
    lived.home.press(lived.cp_id, "OFF")
    lived.wait(lived.stops, "a stop")
    session = session_id(ADA, request_id)
    (stop,) = lived.stops()
    assert stop["session_id"] == session
    assert stop["message_id"] != request_id
    assert lived.home.state(lived.cp_id)["charging"] == "ON", "it is the board that ends a charge"
    lived.ends(session)
    lived.wait(lambda: lived.home.state(lived.cp_id)["charging"] == "OFF", "off")


def test_strangers_retained_and_old_commands_are_refused_with_a_line_each(lived: Lived) -> None:
    lived.site.says("driver_register", "api", driver_id=ADA)
    lived.connect()
    topic = f"wattline/{lived.cp_id}/ask"
    lived.home.press(lived.cp_id, "ON", retain=True)
    process = lived.start(HOMES_DRIVER_ID=ADA, HOMES_POSTS=lived.cp_id)
    process.wait_said("it was retained", DEADLINE_S)
    lived.home.publish(topic, b"", retain=True)
    lived.home.press(lived.cp_id, "ON", wall_ms() - 60_000)
    process.wait_said("60 s old", DEADLINE_S)
    lived.home.publish(topic, b"<script>alert(1)</script>")
    process.wait_said("expected JSON, found b'<script>", DEADLINE_S)
    lived.home.publish(topic, b"\x00\x00")
    process.wait_said(r"found b'\\x00", DEADLINE_S)
    most = 1_000_000 if lived.broker.kind == "mosquitto" else 10_000  # iotcore hangs up on whoever sends more
    lived.home.publish(topic, b"x" * most)
    process.wait_said("at most 256 bytes", DEADLINE_S)
    lived.home.press(lived.other, "ON")
    process.wait_said("not among HOMES_POSTS", DEADLINE_S)
    assert lived.asked() == []
    lived.home.press(lived.cp_id, "ON")
    lived.wait(lambda: len(lived.asked()) == 1, "one that is wanted")


def test_without_a_prefix_nothing_is_announced(lived: Lived) -> None:
    lived.connect()
    process = lived.start(HOME_ASSISTANT_PREFIX="")
    assert "HOME_ASSISTANT_PREFIX is not set" in process.said()
    process.stop()
    assert process.exit_code == 0
    assert lived.home.announced(lived.cp_id) is None
