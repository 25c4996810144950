"""`wattline-central homes` at a broker with passwords, on books in PostgreSQL, and when it is turned off for good."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from central.outbound.tests.test_homes import ADA, Lived
from central.tests.site import Site
from runtime.settings import Login
from tools.services.mqtt import MqttBroker, available
from tools.services.postgres import Postgres
from tools.testing.deadlines import DEADLINE_S

LOGIN = Login("wattline", "never in a log")


def forget(site: Site, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "central.operate.main", "homes", "--forget"]
    environment = {**os.environ, **site.environment, **settings}
    return subprocess.run(
        command, cwd=site.folder, env=environment, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )


def test_turned_off_for_good_all_of_it_is_taken_back_and_nothing_else(tmp_path: Path, mqtt_broker: MqttBroker) -> None:
    lived = Lived(tmp_path, mqtt_broker)
    try:
        lived.connect()
        lived.connect(lived.other)
        process = lived.start()
        lived.wait(lambda: lived.home.state(lived.cp_id) and lived.home.state(lived.other), "both")
        process.stop()
        washer = f"{lived.prefix}/device/washer/config"
        lived.home.publish(washer, b'{"origin": {"name": "Washer"}}', retain=True)
        done = forget(lived.site)
        assert done.returncode == 0, done.stderr
        home = lived.look_anew()
        lived.wait(lambda: washer in home.held, "what is held")
        ours = [topic for topic in home.held if lived.cp_id in topic or lived.other in topic]
        assert ours == []
    finally:
        lived.close()


def test_a_broker_that_is_away_is_said_in_one_line(site: Site) -> None:
    done = forget(site, MQTT_ADDRESS="127.0.0.1:1", HOME_ASSISTANT_PREFIX="ha")
    assert done.returncode == 1
    assert "127.0.0.1:1 cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_at_a_broker_with_passwords_it_comes_in_by_its_own(tmp_path: Path, missing: Callable[[str], NoReturn]) -> None:
    if (lacking := available("mosquitto")) is not None:
        missing(lacking)
    right = {"MQTT_USER": LOGIN.user, "MQTT_PASSWORD": LOGIN.password}
    with MqttBroker("mosquitto", tmp_path / "broker", {LOGIN.user: LOGIN.password}) as broker:
        lived = Lived(tmp_path / "site", broker, login=LOGIN)
        try:
            lived.connect()
            stranger = lived.start(MQTT_USER=LOGIN.user, MQTT_PASSWORD="wrong")
            lived.wait(lambda: "refuses" in stranger.said(), "it is refused")
            stranger.stop()
            assert lived.home.announced(lived.cp_id) is None
            process = lived.start(DEBUG_MODE="1", **right)
            lived.wait(lambda: lived.home.announced(lived.cp_id), "it comes in")
            process.stop()
            assert "are MQTT_USER and its password right?" in forget(lived.site).stderr
            done = forget(lived.site, **right)
            assert done.returncode == 0, done.stderr
            lived.wait(lambda: lived.home.announced(lived.cp_id) is None, "taken back")
            for text in (stranger.said(), process.said(), done.stderr):
                assert LOGIN.password not in text
        finally:
            lived.close()


def test_on_books_in_postgresql_it_shows_and_asks_as_on_sqlite(
    tmp_path: Path, postgres_server: Postgres, missing: Callable[[str], NoReturn]
) -> None:
    if (lacking := available("mosquitto")) is not None:
        missing(lacking)
    with MqttBroker("mosquitto", tmp_path / "broker") as mosquitto:
        lived = Lived(tmp_path / "site", mosquitto, {"DATABASE_URL": postgres_server.new_database()})
        try:
            lived.site.says("driver_register", "api", driver_id=ADA)
            lived.connect()
            lived.start(HOMES_DRIVER_ID=ADA)
            lived.wait(lambda: lived.home.state(lived.cp_id).get("status") == "ACTIVE", "the state")
            lived.wait(lambda: lived.home.availability == b"online", "there")

            def pressed(charging: str, state: str) -> bool:
                """Pressed again until it shows: what is pressed before homes listens is lost."""
                if lived.home.state(lived.cp_id)["charging"] != state:
                    lived.home.press(lived.cp_id, charging)
                return lived.home.state(lived.cp_id)["charging"] == state

            lived.wait(lambda: pressed("ON", "ON"), "it charges")
            lived.wait(lambda: (lived.home.press(lived.cp_id, "OFF"), lived.stops())[1], "asked to end")
        finally:
            lived.close()
