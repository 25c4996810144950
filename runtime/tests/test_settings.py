"""Every setting: default and example are good; all else is refused in one line that says how to go on."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import settings, values
from runtime.settings import SETTINGS, ConfigManager, Setting, SettingError

each_setting = pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each.name)

NUMBERS = ["nan", "inf", "-1", "1e9", "0x10", "1_000", "٣", "1,5", "99999999999999999999", ".", "--", "true"]
HOST_PORTS = [
    "nowhere", "host:", ":7000", "host:0", "host:65536", "host:port", "a b:1", "-h:1", "::1:80", "[::1]",
    "[x]:1", "256.0.0.1:80", "1.2.3:80", "a..b:1", "a.-b:1", f"{'a' * 64}.b:1",
]
BAD: dict[Setting[Any], list[str]] = {
    settings.DEBUG_MODE: ["2", "maybe", "yes please", "None", "-1"],
    settings.BROKER_ADDRESS: [*HOST_PORTS, "a:1,", ",a:1", "a:1,,b:2", "a:1;b:2"],
    settings.LOG_PATH: ["/tmp/", "a\0b", "a\nb"],
    settings.DB_PATH: ["/tmp/", "a\0b", "a\nb"],
    settings.DATABASE_URL: [
        "wattline.db", "mysql://a/b", "sqlite://", "sqlite:///", "sqlite://a.db", "postgresql://", "://",
    ],
    settings.LISTEN_HOST: ["a b", "host:7000", "-h", "a/b", "[::1", "http://a"],
    settings.LISTEN_PORT: [*NUMBERS, "65536", "7000.0"],
    settings.PLAIN_PORT: [*NUMBERS, "65536", "7000.0"],
    settings.MAX_LINES: [*NUMBERS, "0", "100001", "10.0"],
    settings.LINE_SILENT_AFTER_S: [*NUMBERS, "0", "86401", "30"],
    settings.API_ADDRESS: [text for text in HOST_PORTS if text != "host:0"],
    settings.API_ALLOW_REMOTE: ["2", "maybe", "127.0.0.1"],
    settings.MQTT_ADDRESS: HOST_PORTS,
    settings.SERIAL_PORTS: [
        "/dev/a@", "@9600", "/dev/a@fast", "/dev/a@299", "/dev/a@9600,", "/dev/a,/dev/a@9600", "a b",
    ],
    settings.CURRENCY: ["eur", "EURO", "€", "E1R", "JPY", "KWD"],
    settings.HEALTH_INTERVAL_S: [*NUMBERS, "0", "0.009", "3601", "120"],
    settings.HEARTBEAT_INTERVAL_S: [*NUMBERS, "0", "0.009", "3601", "120"],
    settings.SILENT_AFTER_S: [*NUMBERS, "0", "86401", "30"],
    settings.COMMAND_TTL_S: [*NUMBERS, "0", "3601", "5"],
    settings.COMMAND_RESEND_S: [*NUMBERS, "0", "601", "30"],
    settings.LOST_AFTER_S: [*NUMBERS, "0", "31536001"],
    settings.TICK_INTERVAL_MS: [*NUMBERS, "0", "60001"],
    settings.OUTAGE_GRACE_S: [*NUMBERS, "3601"],
    settings.PLANT_SPEED: [*NUMBERS, "0", "10001", "1.5"],
    settings.IP_PORT_EV_CP_E: HOST_PORTS,
    settings.IP_PORT_EV_CP_CENTRAL: HOST_PORTS,
}


def refusal(setting: Setting[Any], text: str) -> str:
    with pytest.raises(SettingError) as caught:
        ConfigManager({setting.name: text})
    return str(caught.value)


def test_every_setting_has_bad_values_here():
    assert set(BAD) == set(SETTINGS)
    assert len({each.name for each in SETTINGS}) == len(SETTINGS)


@each_setting
def test_default_and_example_are_good_and_help_is_a_sentence(setting: Setting[Any]):
    assert ConfigManager({})[setting] == setting.parse(setting.default)
    ConfigManager({setting.name: setting.example})
    assert setting.help.endswith(".")


@each_setting
def test_bad_value_is_refused_in_one_line_with_name_and_example(setting: Setting[Any]):
    for text in BAD[setting]:
        message = refusal(setting, text)
        assert message.startswith(setting.name) or f" {setting.name}=" in message, text
        assert f"for example {setting.name}=" in message or f" {setting.name}=" in message
        assert "must" in message
        assert "\n" not in message


@each_setting
@given(text=st.text(max_size=2000))
def test_any_text_is_a_value_or_a_one_line_refusal(setting: Setting[Any], text: str):
    try:
        ConfigManager({setting.name: text})
    except SettingError as error:
        message = str(error)
        assert setting.name in message
        assert message.isprintable()
        assert len(message) < 400


@each_setting
def test_empty_value_counts_as_unset(setting: Setting[Any]):
    assert ConfigManager({setting.name: " "})[setting] == ConfigManager({})[setting]


@each_setting
def test_value_of_a_megabyte_is_refused_shortly(setting: Setting[Any]):
    assert len(refusal(setting, "9" * 1_000_000)) < 300


@given(st.decimals(min_value=1, max_value=100, places=3))
def test_intervals_are_decimals(interval: Any):
    config = ConfigManager({"HEARTBEAT_INTERVAL_S": str(interval)})
    assert config[settings.HEARTBEAT_INTERVAL_S] == float(interval)


@given(st.from_regex(r"[a-z][a-z0-9_-]{0,20}[a-z0-9](\.[a-z0-9]{1,63}){0,3}", fullmatch=True), st.integers(1, 65535))
def test_addresses_are_read_as_they_are_written(host: str, port: int):
    written = values.Address(host, port)
    assert values.address(str(written)) == written
    assert values.addresses(f"{written}, {written}") == (written, written)


@pytest.mark.parametrize(("text", "host"), [("[::1]:80", "::1"), ("[fe80::1%eth0]:80", "fe80::1%eth0")])
def test_ipv6_stands_in_brackets(text: str, host: str):
    assert values.address(text) == (host, 80)
    assert str(values.address(text)) == text


def test_serial_ports_have_a_default_speed():
    ports = ConfigManager({"SERIAL_PORTS": "/dev/a, /dev/b@9600"})[settings.SERIAL_PORTS]
    assert ports == (("/dev/a", values.DEFAULT_BAUD), ("/dev/b", 9600))


def test_database_is_the_file_unless_an_address_is_given():
    assert ConfigManager({"DB_PATH": "/a/b.db"}).database_url() == "sqlite:////a/b.db"
    given_address = ConfigManager({"DATABASE_URL": "postgres://u:p@h/d", "DB_PATH": "b.db"})
    assert given_address.database_url() == "postgresql+psycopg://u:p@h/d"


def test_password_in_a_bad_address_is_not_repeated():
    assert "hunter2" not in refusal(settings.DATABASE_URL, "mysql://u:hunter2@h/d")


@given(st.integers(1, 65535))
def test_plain_port_is_not_the_tagged_one(port: int):
    with pytest.raises(SettingError, match=r"^PLAIN_PORT="):
        ConfigManager({"LISTEN_PORT": str(port), "PLAIN_PORT": str(port)})


def test_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text('# a comment\nexport LISTEN_PORT="7100"\nCURRENCY=SEK # crowns\n\nOTHER=1\n')
    config = ConfigManager({"LISTEN_PORT": "7200"}, file)
    assert (config[settings.LISTEN_PORT], config[settings.CURRENCY]) == (7200, "SEK")
    assert ConfigManager({}, file)[settings.LISTEN_PORT] == 7100
    assert ConfigManager({}, tmp_path / "none")[settings.CURRENCY] == "EUR"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"CURRENCY=SEK\nLISTEN_PORT 7000\n", "line 2"),
        (b"LISTEN_PORT\n", "line 1"),
        (b"LISTEN_PORT=abc\n", "LISTEN_PORT (in "),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_bad_file_is_refused_with_its_place(tmp_path: Path, content: bytes, says: str):
    file = tmp_path / ".env"
    file.write_bytes(content)
    with pytest.raises(SettingError) as caught:
        ConfigManager({}, file)
    assert says in str(caught.value)
    assert "for example" in str(caught.value)


def test_folder_in_the_file_s_place_is_refused(tmp_path: Path):
    with pytest.raises(SettingError, match="cannot be read"):
        ConfigManager({}, tmp_path)


def test_program_ends_with_code_2_and_one_line(tmp_path: Path):
    program = "from runtime.settings import ConfigManager; ConfigManager.load_or_exit('bridge')"
    root = str(Path(__file__).parents[2])
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": root, "LISTEN_PORT": "many"},
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("bridge: LISTEN_PORT ")
    assert ended.stderr.count("\n") == 1
