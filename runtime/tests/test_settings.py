"""Every setting: default and example are good; all else is refused in one line that says how to go on."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import registry, values
from runtime.config import DEFAULT, ENVIRONMENT, FILE, OPTION, ConfigManager
from runtime.registry import Setting, SettingError

SETTINGS = {row.name: row for row in registry.rows()}

each_setting = pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda each: each.name)

NUMBERS = ["nan", "inf", "-1", "1e9", "0x10", "1_000", "٣", "1,5", "99999999999999999999", ".", "--", "true"]
HOST_PORTS = [
    "nowhere", "host:", ":7000", "host:0", "host:65536", "host:port", "a b:1", "-h:1", "::1:80", "[::1]",
    "[x]:1", "256.0.0.1:80", "1.2.3:80", "a..b:1", "a.-b:1", f"{'a' * 64}.b:1",
]
BAD: dict[str, list[str]] = {
    "DEBUG_MODE": ["2", "maybe", "yes please", "None", "-1"],
    "BROKER_ADDRESS": [*HOST_PORTS, "a:1,", ",a:1", "a:1,,b:2", "a:1;b:2"],
    "LOG_PATH": ["/tmp/", "a\0b", "a\nb"],
    "DB_PATH": ["/tmp/", "a\0b", "a\nb"],
    "DATABASE_URL": [
        "wattline.db", "mysql://a/b", "sqlite://", "sqlite:///", "sqlite://a.db", "postgresql://", "://",
    ],
    "LISTEN_HOST": ["a b", "host:7000", "-h", "a/b", "[::1", "http://a"],
    "LISTEN_PORT": [*NUMBERS, "65536", "7000.0"],
    "PLAIN_PORT": [*NUMBERS, "65536", "7000.0"],
    "MAX_LINES": [*NUMBERS, "0", "100001", "10.0"],
    "LINE_SILENT_AFTER_S": [*NUMBERS, "0", "86401", "59"],
    "API_ADDRESS": [text for text in HOST_PORTS if text != "host:0"],
    "PEOPLE_DB_PATH": ["/tmp/", "a\0b", "a\nb", "wattline.db", "wattline-log.db"],
    "PEOPLE_DATABASE_URL": ["people.db", "mysql://a/b", "sqlite://", "postgresql://", "sqlite:///wattline.db"],
    "INSIGHT_DB_PATH": ["/tmp/", "a\0b", "a\nb", "wattline.db", "people.db", "wattline-log.db"],
    "INSIGHT_DATABASE_URL": ["insight.db", "mysql://a/b", "sqlite://", "postgresql://", "sqlite:///wattline.db"],
    "INSIGHT_QUARTERS_DAYS": [*NUMBERS, "0", "31", "36501", "1.5"],
    "NOTICES_DB_PATH": ["/tmp/", "a\0b", "a\nb", "wattline.db", "people.db", "insight.db", "wattline-log.db"],
    "NOTICES_DATABASE_URL": ["notices.db", "mysql://a/b", "sqlite://", "postgresql://", "sqlite:///people.db"],
    "NOTICES_MAIL": ["smtp.example.org", "smtp://a", "mailto://", "mailtos://a b", "file:///etc/passwd"],
    "NOTICES_NTFY": ["ntfy.example.org", "ftp://a", "https://", "https://a/b", "file:///etc/passwd"],
    "NOTICES_TELEGRAM_TOKEN_FILE": ["/run/secrets/", "a\nb"],
    "NOTICES_PRIVATE_ADDRESSES": ["maybe", "2"],
    "NOTICES_FAULT_HOLD_S": [*NUMBERS, "86401"],
    "NOTICES_SILENCE_S": [*NUMBERS, "86401"],
    "HOME_ASSISTANT_PREFIX": ["/", "a/", "/a", "a//b", "a#", "a/+", "a b", "ä", "a\nb"],
    "HOMES_POSTS": [",", "a,", ",a", "a,,b", "a,a", "a b", "a/b", "ä", "x" * 65],
    "HOMES_DRIVER_ID": ["a b", "a/b", "ä", "a,b", "x" * 65],
    "RATE_PER_TOKEN": [*NUMBERS, "100001", "1.5"],
    "RATE_PER_ADDRESS": [*NUMBERS, "100001", "1.5"],
    "ADMIN_PASSWORD_FILE": ["/run/secrets/", "a\nb"],
    "SITE_PLAN": ["/etc/wattline/", "a\nb"],
    "PUBLIC_URL": ["charge.example.org", "ftp://a", "https://", "https://a b", "https://a/b", "https://a:0", "http://[::1"],
    "OIDC_ISSUER": ["auth.example.org", "http://auth.example.org", "https://", "https://a/b?c", "https://a/#b", "ftp://a"],
    "OIDC_CLIENT_ID": ["a b", "a\nb", "ä"],
    "OIDC_CLIENT_SECRET_FILE": ["/run/secrets/", "a\nb"],
    "MQTT_ADDRESS": HOST_PORTS,
    "MQTT_USER": ["a\nb", "x" * 129, "ä" * 65],
    "MQTT_PASSWORD": ["a\nb", "x" * 129, "ä" * 65],
    "PLANT_ADDRESS": [text for text in HOST_PORTS if text != "host:0"],
    "SERIAL_PORTS": [
        "/dev/a@", "@9600", "/dev/a@fast", "/dev/a@299", "/dev/a@9600,", "/dev/a,/dev/a@9600", "a b",
    ],
    "CURRENCY": ["eur", "EURO", "€", "E1R", "JPY", "KWD"],
    "HEALTH_INTERVAL_S": [*NUMBERS, "0", "0.09", "3601", "61"],
    "HEARTBEAT_INTERVAL_S": [*NUMBERS, "0", "0.09", "3601", "61"],
    "SILENT_AFTER_S": [*NUMBERS, "0", "86401", "59"],
    "COMMAND_TTL_S": [*NUMBERS, "0", "3601", "5"],
    "COMMAND_RESEND_S": [*NUMBERS, "0", "601", "30"],
    "LOST_AFTER_S": [*NUMBERS, "0", "31536001"],
    "REQUEST_TTL_S": [*NUMBERS, "0", "3601"],
    "CLAIM_HOLD_S": [*NUMBERS, "0", "604801"],
    "UNNAMED_AFTER_S": [*NUMBERS, "0", "3601"],
    "REPLACE_FOR_S": [*NUMBERS, "0", "2592001"],
    "TICK_INTERVAL_MS": [*NUMBERS, "0", "60001"],
    "OUTAGE_GRACE_S": [*NUMBERS, "3601"],
    "PLANT_SPEED": [*NUMBERS, "0", "10001", "1.5"],
}


def refusal(setting: Setting[Any], text: str) -> str:
    with pytest.raises(SettingError) as caught:
        ConfigManager({setting.name: text})
    return str(caught.value)


def test_every_setting_has_bad_values_here():
    assert set(BAD) == set(SETTINGS)


def test_each_part_s_table_is_found():
    assert next(iter(registry.gathered())).part == "runtime"
    assert {"runtime", "bridge", "central", "eventlog"} <= {table.part for table in registry.gathered()}


def test_name_declared_twice_is_a_mistake():
    table = registry.gathered()[-1]
    with pytest.raises(SettingError, match="CURRENCY is declared twice"):
        table.row("CURRENCY", str, "", "x", "Another one.")


@each_setting
def test_default_and_example_are_good_and_help_is_a_sentence(setting: Setting[Any]):
    assert ConfigManager({})[setting] == setting.parse(setting.default)
    ConfigManager({setting.name: setting.example})
    assert setting.help.endswith(".")


@each_setting
def test_bad_value_is_refused_in_one_line_with_name_and_example(setting: Setting[Any]):
    for text in BAD[setting.name]:
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


@given(st.decimals(min_value=1, max_value=60, places=3))
def test_intervals_are_decimals(interval: Any):
    config = ConfigManager({"HEARTBEAT_INTERVAL_S": str(interval)})
    assert config[SETTINGS["HEARTBEAT_INTERVAL_S"]] == float(interval)


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
    ports = ConfigManager({"SERIAL_PORTS": "/dev/a, /dev/b@9600"})[SETTINGS["SERIAL_PORTS"]]
    assert ports == (("/dev/a", values.DEFAULT_BAUD), ("/dev/b", 9600))


def test_password_in_a_bad_address_is_not_repeated():
    assert "hunter2" not in refusal(SETTINGS["DATABASE_URL"], "mysql://u:hunter2@h/d")


@given(st.integers(1, 65535))
def test_plain_port_is_not_the_tagged_one(port: int):
    with pytest.raises(SettingError, match=r"^PLAIN_PORT="):
        ConfigManager({"LISTEN_PORT": str(port), "PLAIN_PORT": str(port)})


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:hunter2@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:hun/te:r@2@h/d", "postgresql://u:***@h/d"),
        ("postgresql://h/d?user=u&password=hunter2&connect_timeout=3", "postgresql://h/d?user=u&password=***&connect_timeout=3"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
    ],
)  # fmt: skip
def test_password_is_hidden_where_a_setting_is_shown(url: str, shown: str):
    assert ConfigManager({"DATABASE_URL": url}).given(SETTINGS["DATABASE_URL"]) == (shown, ENVIRONMENT)


def test_each_value_knows_its_source(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text("LISTEN_PORT=7100\nPLAIN_PORT=7101\nMAX_LINES=\n")
    config = ConfigManager({"PLAIN_PORT": "7201", "LISTEN_HOST": "::1"}, file, {"LISTEN_HOST": "::2"})
    shown = {name: config.given(SETTINGS[name]) for name in ("LISTEN_PORT", "PLAIN_PORT", "LISTEN_HOST", "MAX_LINES")}
    assert shown == {
        "LISTEN_PORT": ("7100", FILE), "PLAIN_PORT": ("7201", ENVIRONMENT),
        "LISTEN_HOST": ("::2", OPTION), "MAX_LINES": (SETTINGS["MAX_LINES"].default, DEFAULT),
    }  # fmt: skip


def test_name_that_is_nearly_a_setting_is_warned_of(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text("CURENCY=SEK\nlisten_port=1\nLISTENPORT=1\nCP_PLAIN_PORT=1\nLOG_FILE=a\nPATH=b\nKAFKA_CLUSTER=x\nCURRENCY=SEK\n")
    said = ConfigManager({"DB_PAHT": "a", "LOG_FILE": "b", "CP_PLAIN_PORT": "c", "HOME": "d"}, file).warnings
    assert [(line.split()[0], line.split()[-2]) for line in said] == [
        ("CURENCY", "CURRENCY"), ("listen_port", "LISTEN_PORT"), ("LISTENPORT", "LISTEN_PORT"), ("DB_PAHT", "DB_PATH"),
    ]
    assert str(file) in said[0]
    assert "the environment" in said[3]
    assert all(line.isprintable() for line in said)


def test_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text('# a comment\nexport LISTEN_PORT="7100"\nCURRENCY=SEK # crowns\n\nOTHER=1\n')
    config = ConfigManager({"LISTEN_PORT": "7200"}, file)
    assert (config[SETTINGS["LISTEN_PORT"]], config[SETTINGS["CURRENCY"]]) == (7200, "SEK")
    assert ConfigManager({}, file)[SETTINGS["LISTEN_PORT"]] == 7100
    assert ConfigManager({}, tmp_path / "none")[SETTINGS["CURRENCY"]] == "EUR"


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
    program = "from runtime.config import ConfigManager; ConfigManager.load_or_exit('bridge')"
    root = str(Path(__file__).parents[2])
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": root, "LISTEN_PORT": "many"},
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("bridge: LISTEN_PORT ")
    assert ended.stderr.count("\n") == 1
