"""What a board may be told to be: sources put together, questions, and the judgement of the whole."""

import dataclasses
from typing import Any

import pytest
from hal.pin_rules import REFUSED, S3

from board_cli.failures import Failure
from board_cli.provisioning.given import merged, of_json, of_pairs
from board_cli.provisioning.judged import judge, judge_relay, too_old
from board_cli.provisioning.questions import ask_all
from board_cli.talk.facts import System

PICO = System("rp2", (1, 28, 0), 6, "Raspberry Pi Pico with RP2040", has_network=False)
PICO_W = dataclasses.replace(PICO, machine="Raspberry Pi Pico W with RP2040", has_network=True)
ESP32 = System("esp32", (1, 28, 0), 6, "Generic ESP32 module with ESP32")
ESP32_S3 = dataclasses.replace(ESP32, machine="Generic ESP32S3 module with ESP32S3")
ONE: dict[str, Any] = {"cp_id": "cp_001", "central": "usb"}
ONLINE: dict[str, Any] = {"cp_id": "cp_001", "central": "10.0.0.1:7000", "wifi_ssid": "net"}


def test_later_sources_count_before_earlier_and_an_empty_value_takes_a_setting_out():
    old = {"cp_id": "cp_001", "feedback_pin": 20, "price_per_kwh": 0.2}
    assert merged(old, {"price_per_kwh": "0.25"}, of_pairs(["feedback_pin=", "contact_pin=21"])) == {
        "cp_id": "cp_001", "price_per_kwh": 0.25, "contact_pin": 21,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pair", "text"),
    [
        ("cp_id=a b", "cp_id: 'a b' is not right: expected 1 to 64 of"),
        ("price_per_kwh=-1", "price_per_kwh: '-1' is not right"),
        ("central=example.org", "central: .*expected a name or a numeric IPv4 address"),
        ("presence=pilot", "presence: .* not supported yet"),
        ("contact_pin=x", "contact_pin: 'x' is not right"),
        ("colour=red", "colour: unknown"),
        ("cp_id", "expected NAME=VALUE"),
    ],
)
def test_value_that_is_not_right_is_told_by_its_setting(pair: str, text: str):
    with pytest.raises(Failure, match=text):
        merged(of_pairs([pair]))


def test_file_that_is_no_object_is_told():
    with pytest.raises(Failure, match=r"x\.json: is no JSON object"):
        of_json("[1]", "x.json")
    with pytest.raises(Failure, match=r"x\.json: is no JSON "):
        of_json("{", "x.json")


@pytest.mark.parametrize("pin", range(49))
@pytest.mark.parametrize("system", [PICO, ESP32, ESP32_S3], ids=["pico", "esp32", "s3"])
def test_dangerous_pins_are_refused_and_no_others(system: System, pin: int):
    chip = S3 if system is ESP32_S3 else system.platform
    there = {"rp2": 30, "esp32": 40, S3: 49}[chip]
    config = {**(ONE if system is PICO else ONLINE), "feedback_pin": pin}
    if pin in REFUSED[chip] or pin >= there or pin == 18:
        with pytest.raises(Failure, match=f"feedback_pin: {pin} "):
            judge(config, system)
    else:
        assert judge(config, system).feedback_pin == pin


def test_pins_that_strap_carry_the_flash_or_only_read_are_among_the_refused():
    assert {0, 2, 5, 12, 15, *range(6, 12), *range(34, 40)} <= set(REFUSED["esp32"])
    assert {0, 3, 19, 20, *range(26, 38), 45, 46} == set(REFUSED[S3])


@pytest.mark.parametrize(
    ("config", "system", "text"),
    [
        ({**ONE, "central": "10.0.0.1:7000"}, PICO, "central: .* has no network"),
        ({**ONE, "wifi_ssid": "net"}, PICO, "wifi_ssid: .* has no network"),
        ({**ONLINE, "wifi_ssid": None}, PICO_W, "wifi_ssid: it is missing"),
        (ONLINE, dataclasses.replace(PICO_W, version=(1, 27, 0)), "too old: 1.28.0 is needed"),
        (ONE, dataclasses.replace(PICO, version=(1, 19, 1)), "too old: 1.24.0"),
        (ONE, dataclasses.replace(PICO, mpy=5), "too old"),
        ({**ONE, "platform": "esp32"}, PICO, "platform: config.json says esp32, and this board is rp2"),
        ({**ONE, "central": "serial:/dev/x"}, PICO, "central: serial:/dev/x is a line of simulated boards"),
        ({**ONE, "presence": "contact"}, PICO, "contact_pin: it is missing"),
        ({**ONLINE, "role": "engine", "engine": "me:1"}, PICO_W, "engine: me is a name; an engine listens"),
        ({**ONE, "trip_pin": 19, "feedback_pin": 19}, PICO, "is the pin of"),
        ({**ONE, "i_ua_per_count": 97656, "v_uv_per_count": 488281}, PICO, "full scale must be at most 100000 W"),
        ({"cp_id": "cp_001"}, PICO, "central.*missing, and role both needs it"),
        ({}, PICO, "cp_id.*it is missing"),
    ],
)
def test_config_that_its_board_could_not_live_by_is_refused(config: dict[str, Any], system: System, text: str):
    with pytest.raises(Failure, match=text):
        judge({name: value for name, value in config.items() if value is not None}, system)


def test_version_is_judged_by_what_the_board_has_where_nothing_says_what_it_needs():
    old = dataclasses.replace(PICO_W, version=(1, 27, 0))
    assert "too old: 1.28.0 is needed; `wattline-board install`" in (too_old(old, old.has_network) or "")
    assert too_old(PICO_W, True) is None
    assert too_old(dataclasses.replace(PICO, version=(1, 27, 0)), PICO.has_network) is None


def test_old_micropython_will_do_without_a_network():
    assert judge(ONE, dataclasses.replace(PICO, version=(1, 24, 1))).central == "usb"


def test_active_low_relay_is_refused():
    judge_relay("active-high")
    with pytest.raises(Failure, match=r"active-low is refused.*pull-down"):
        judge_relay("active-low")


def test_questions_offer_what_there_is_and_ask_again_for_what_is_not_right():
    answers = {
        "id of the charge point": ["cp 1", "cp_001"], "bridge: usb, uart:0, or HOST:PORT": ["10.0.0.1:7000"],
        "name of the Wi-Fi": ["net"], "its password": ["secret"],
    }  # fmt: skip
    asked: list[str] = []
    told: list[str] = []

    def ask(text: str, offered: str, secret: bool) -> str:
        asked.append(text)
        assert secret == (text == "its password")
        return answers[text].pop(0) if answers.get(text) else offered

    config = ask_all({"price_per_kwh": 0.3}, ask, told.append)
    assert {name: config[name] for name in ("cp_id", "role", "central", "wifi_ssid", "price_per_kwh", "presence")} == {
        "cp_id": "cp_001", "role": "both", "central": "10.0.0.1:7000", "wifi_ssid": "net", "price_per_kwh": 0.3,
        "presence": "none",
    }  # fmt: skip
    assert asked.count("id of the charge point") == 2
    assert [text for text in told if text.startswith("cp_id: 'cp 1'")]
    assert "pin of the contact" not in asked
    assert "feedback_pin" not in config
