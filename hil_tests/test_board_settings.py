"""A board's settings: every bad value ends in one line that names the setting, what was wrong, what would be right."""

import ast
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from chargepoint.settings import REQUIRED, TABLE, SettingError, Settings, read
from hal.sim import board_id
from wire.ids import BOARD_CHARACTERS, made_of

from tools.testing.deadlines import DEADLINE_S

MAIN = Path(__file__).parents[1] / "firmware" / "main.py"
GOOD: dict[str, object] = {"cp_id": "cp_1", "central": "127.0.0.1:7000"}


def read_with(environment: Mapping[str, str] | None = None, **config: Any) -> Settings:
    return read(json.dumps({**GOOD, **config}), (environment or {}).get)


def complaint(**config: Any) -> str:
    with pytest.raises(SettingError) as raised:
        read_with(**config)
    return str(raised.value)


def names_read() -> set[str]:
    """Every attribute that some source of the firmware reads."""
    sources = [path for path in MAIN.parent.rglob("*.py") if path.name != "settings.py"]
    nodes = [node for path in sources for node in ast.walk(ast.parse(path.read_text()))]
    return {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)}


def test_every_setting_is_read_somewhere_and_declared_for_the_type_checker():
    names = {setting.name for setting in TABLE}
    assert names - names_read() == set()
    assert set(Settings.__annotations__) == names


def test_defaults_are_the_design_s():
    settings = read_with()
    assert (settings.role, settings.presence) == ("both", "none")
    assert (settings.keepalive_ms, settings.link_lost_ms) == (2000, 6000)
    assert (settings.health_interval_ms, settings.engine_silent_ms) == (30_000, 120_000)
    assert settings.central == ("127.0.0.1", 7000)
    assert settings.connect_timeout_ms == 180_000
    assert settings.plain_port == 0


def test_every_example_and_default_is_right():
    for setting in TABLE:
        setting.check(setting.example)
        if setting.default not in (None, REQUIRED):
            setting.check(setting.default)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cp_id", "cp 1"), ("cp_id", "x" * 65), ("cp_id", 7), ("role", "boss"), ("board", "a.b"), ("board", "x" * 25),
        ("central", "bridge .local:7000"), ("central", "a..b:1"), ("central", "bridge"), ("central", "1.2.3:7000"),
        ("central", "x" * 64 + ":1"), ("central", "x." * 127 + "y:1"), ("plant", "plant.local:7200"),
        ("name_server", "dns.local:53"), ("central", "127.0.0.1"), ("central", "127.0.0.1:0"),
        ("central", "127.0.0.1:65536"), ("central", "1.2.3.256:1"), ("central", "serial:"), ("central", 5),
        ("mqtt", "serial:/dev/x"), ("price_per_kwh", -0.1), ("price_per_kwh", 1000.1), ("price_per_kwh", "free"),
        ("price_per_kwh", True), ("location", "x" * 256), ("location", "a\nb"), ("location", "ä" * 200),
        ("rated_current_ma", 999), ("rated_current_ma", 16000.5), ("rated_current_ma", True),
        ("presence", "pilot"), ("presence", "maybe"), ("plain_port", 65536), ("keepalive_ms", 0),
        ("heartbeat_interval_ms", 86_400_001), ("i_ua_per_count", 0), ("i_ua_per_count", 97_657),
        ("v_uv_per_count", 488_282), ("i_offset_counts", -401), ("v_offset_counts", 401), ("phase_us", 201),
        ("phase_us", 1.5), ("nominal_voltage_v", 99), ("nominal_voltage_v", 261), ("nominal_voltage_v", "230 V"),
        ("state_dir", "x" * 256),
    ],
)
def test_bad_value_is_named_with_what_would_be_right(name: str, value: object):
    config: dict[str, Any] = {name: value}
    text = complaint(**config)
    assert text.startswith(name)
    assert "expected" in text
    assert "For example: " in text
    assert "\n" not in text
    assert len(text) < 300


@pytest.mark.parametrize("name", ["i_offset_counts", "v_offset_counts", "phase_us"])
def test_calibration_that_a_platform_does_not_correct_is_refused(name: str):
    for platform in ("sim", "esp32"):
        config: dict[str, Any] = {"platform": platform, name: 3}
        assert complaint(**config) == f"{name}: expected 0 on platform {platform}: only rp2 corrects it"
    config = {"platform": "rp2", name: -3}
    assert getattr(read_with(**config), name) == -3


@pytest.mark.parametrize("price", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_prices_that_are_no_numbers(price: str):
    with pytest.raises(SettingError, match="price_per_kwh"):
        read(f'{{"cp_id":"c","central":"127.0.0.1:1","price_per_kwh":{price}}}')


def test_pilot_says_that_it_is_not_supported_yet():
    assert "not supported yet" in complaint(presence="pilot")


def test_unknown_key_is_refused_with_the_known_ones():
    assert complaint(cpid="x").startswith("cpid: unknown; expected one of cp_id, ")


def test_what_a_role_needs_is_asked_for():
    assert "central (IP_PORT_EV_CP_CENTRAL): it is missing, and role both needs it" in complaint(central=None)
    assert complaint(role="engine", central=None).startswith("engine (IP_PORT_EV_CP_E)")
    assert complaint(role="monitor").startswith("engine")


@pytest.mark.parametrize("host", ["bridge", "bridge.example", "3com.com", "a-b.c_d.Example", "1.2.3.4", "x" * 63])
def test_place_is_a_name_or_an_address(host: str):
    settings = read_with(central=f"{host}:7000", mqtt=f"{host}:1883", name_server="10.0.0.1:53")
    assert (settings.central, settings.mqtt) == ((host, 7000), (host, 1883))
    assert read_with(platform="rp2", central=f"{host}:7000").name_server is None


def test_one_lost_keepalive_or_health_check_is_no_silence():
    assert complaint(keepalive_ms=2000, link_lost_ms=3000).startswith("link_lost_ms: expected at least twice")
    assert complaint(engine_silent_ms=59_999).startswith("engine_silent_ms: expected at least twice health_interval_ms")


@pytest.mark.parametrize("config", ["", "[]", "{", '"x"', '{"cp_id":'])
def test_config_that_is_no_object(config: str):
    with pytest.raises(SettingError):
        read(config)


def test_environment_is_above_the_file_and_empty_is_unset():
    environment = {
        "CP_ID": "cp_9", "IP_PORT_EV_CP_CENTRAL": "10.0.0.1:1", "MQTT_ADDRESS": "", "CP_PRICE_PER_KWH": "0.25",
    }
    settings = read_with(environment, mqtt="1.2.3.4:5")
    assert (settings.cp_id, settings.central, settings.mqtt) == ("cp_9", ("10.0.0.1", 1), ("1.2.3.4", 5))
    assert settings.price_per_kwh == 0.25


def test_simulated_boards_of_different_charge_points_have_different_ids():
    """Two boards with one id would disconnect each other from the MQTT broker for ever."""
    names = ["cp_1", "a.b", "a-b", "charge-point-north-001", "charge-point-north-002", "x" * 64]
    ids = {board_id(name, role) for name in names for role in ("both", "engine", "monitor")}
    assert len(ids) == 3 * len(names)
    assert all(len(each) <= 24 and made_of(each, BOARD_CHARACTERS) for each in ids)
    assert board_id("cp_1", "both") == "sim-cp_1-b"


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({**GOOD, "central": "bridge:0"}, "central (IP_PORT_EV_CP_CENTRAL)"),
        ({**GOOD, "central": "bridge:7000"}, "name_server: it is missing, and bridge is a name"),
        ({"cp_id": "c", "role": "engine", "engine": "me:7100"}, "me: a board listens at its own address"),
        ({**GOOD, "cpid": 1}, "cpid: unknown"),
        ({**GOOD, "i_ua_per_count": 97656, "v_uv_per_count": 488281}, "i_ua_per_count * v_uv_per_count: full scale"),
        ({**GOOD, "plant": "plant:7200"}, "plant (PLANT_ADDRESS)"),
    ],
)
def test_program_ends_with_one_line_and_code_2(
    tmp_path: Path, interpreter: str, config: dict[str, object], says: str
):
    (tmp_path / "config.json").write_text(json.dumps(config))
    done = subprocess.run(
        [interpreter, str(MAIN)], cwd=tmp_path, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    lines = (done.stderr + done.stdout).splitlines()
    assert done.returncode == 2
    assert len(lines) == 1
    assert lines[0].startswith("ERROR " + says)


def test_config_that_is_named_must_be_there(tmp_path: Path, interpreter: str):
    done = subprocess.run(
        [interpreter, str(MAIN), "nowhere.json"],
        cwd=tmp_path, capture_output=True, text=True, timeout=DEADLINE_S, check=False,
    )
    assert done.returncode == 2
    assert "nowhere.json" in done.stderr + done.stdout
