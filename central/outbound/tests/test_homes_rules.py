"""What homes are told, and what is made of what they press: without any broker."""

import json
import re
from typing import Any

import pytest

from central.outbound.homes.command import Command, Unwanted, check_age, command_of
from central.outbound.homes.discovery import ENTITIES, SWITCH, commanded_post, device_id, messages, topics_of
from central.outbound.homes.post import Post

NOW_MS = 1_774_696_230_000
POST = Post("cp_001", "Yard", "CHARGING", (), 7_360, 12_345, 1_500, 38, NOW_MS, ("s1",))


def told(post: Post = POST, *, has_switch: bool = True) -> tuple[dict[str, Any], dict[str, Any]]:
    """The announcement and the state."""
    wanted = messages([post], "homeassistant", "EUR", has_switch=has_switch)
    assert list(wanted) == [f"homeassistant/device/{device_id(post.cp_id)}/config", f"wattline/{post.cp_id}/home"]
    announcement, state = (json.loads(each) for each in wanted.values())
    return announcement, state


def test_a_device_has_what_home_assistant_asks_for() -> None:
    announcement, state = told()
    assert announcement["state_topic"] == "wattline/cp_001/home"
    assert announcement["origin"]["name"]
    assert announcement["device"]["identifiers"] == ["wattline_cp_001"]
    assert announcement["availability"] == [{"topic": "wattline/homes/availability"}]
    for key, entity in announcement["components"].items():
        assert entity["platform"] in ("sensor", "binary_sensor", "switch")
        assert entity["unique_id"] == f"wattline_cp_001_{key}"
        assert entity["value_template"] == f"{{{{ value_json.{key} }}}}"
        assert key in state
    assert set(announcement["components"]) == {each.key for each in (*ENTITIES, SWITCH)}


def test_figures_are_in_the_units_that_are_announced() -> None:
    announcement, state = told()
    entities = announcement["components"]
    assert (state["register_kwh"], entities["register_kwh"]["unit_of_measurement"]) == (12.345, "kWh")
    assert entities["register_kwh"]["state_class"] == "total_increasing"
    assert (state["energy_kwh"], state["power_w"]) == (1.5, 7_360)
    assert (state["cost"], entities["cost"]["unit_of_measurement"]) == (0.38, "EUR")
    assert state["heard_at"] == "2026-03-28T11:10:00.000Z"  # in whole minutes
    assert (state["charging"], state["problem"], state["connected"], state["fault"]) == ("ON", "OFF", "ON", "none")


def test_without_a_driver_there_is_no_switch_and_no_topic_that_asks() -> None:
    announcement, _ = told(has_switch=False)
    assert "switch" not in {each["platform"] for each in announcement["components"].values()}
    assert "command_topic" not in json.dumps(announcement)


def test_the_switch_asks_and_its_state_waits_for_the_books() -> None:
    switch = told()[0]["components"]["charging"]
    assert switch["command_topic"] == "wattline/cp_001/ask"
    assert switch["optimistic"] is False
    assert "retain" not in switch


def test_faults_are_a_problem_and_no_state_is_longer_than_home_assistant_takes() -> None:
    faults = tuple(f"fault_{number}" for number in range(60))
    _, state = told(Post("cp_001", "Yard", "DISCONNECTED", faults, 0, 0, 0, 0, None))
    assert (state["problem"], state["connected"], state["charging"], state["heard_at"]) == ("ON", "OFF", "OFF", None)
    assert len(state["fault"]) == 255


def test_devices_stay_apart_whatever_ids_they_have() -> None:
    ids = ["cp.1", "cp_1", "cp-1", "cp..1", "cp_.1", "cp._1", ".", "_", "cp"]
    devices = [device_id(cp_id) for cp_id in ids]
    assert len(set(devices)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", device) for device in devices)


def test_markup_in_a_name_stays_text() -> None:
    announcement, _ = told(Post("cp_001", '<script>"{{ states }}"\x00', "ACTIVE", (), 0, 0, 0, 0, None))
    assert announcement["device"]["name"] == '<script>"{{ states }}"\x00'


def test_only_announcements_of_ours_are_taken_back() -> None:
    topic = "homeassistant/device/wattline_cp_001/config"
    wanted = messages([POST], "homeassistant", "EUR", has_switch=True)
    assert topics_of(topic, wanted[topic].encode()) == (topic, "wattline/cp_001/home")
    assert topics_of("homeassistant/device/washer/config", wanted[topic].encode()) == ()
    for strange in (b"", b"\xff", b"[]", b"7", b"{}", b'{"origin": 1}', b'{"origin": {"name": "x"}}', b"[" * 9_000):
        assert topics_of(topic, strange) == ()
    assert topics_of(topic, b'{"origin": {"name": "Wattline"}, "state_topic": "other/topic"}') == (topic,)
    assert topics_of(topic, wanted[topic].encode() + b" " * 20_000) == ()


@pytest.mark.parametrize(
    "topic", ["wattline/cp_001/home", "wattline//ask", "wattline/a/b/ask", "wattline/a b/ask", "x"]
)
def test_other_topics_command_nothing(topic: str) -> None:
    assert commanded_post(topic) is None


def test_a_command_is_known_by_who_where_what_and_when() -> None:
    command = command_of("cp_001", b'{"charging": "ON", "at_ms": 1774696230000}')
    assert command == Command("cp_001", True, NOW_MS)
    same = command.message_id("ada")
    assert same == Command("cp_001", True, NOW_MS).message_id("ada")
    others = [
        Command("cp_002", True, NOW_MS).message_id("ada"), Command("cp_001", False, NOW_MS).message_id("ada"),
        Command("cp_001", True, NOW_MS + 1).message_id("ada"), command.message_id("bob"),
    ]  # fmt: skip
    assert len({same, *others}) == 5


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"ON", b"\x00", b"\xff\xfe", b"[]", b"null", b"{}", b"[" * 200, b" " * 257, b"x" * 1_000_000,
        b'{"charging": "ON"}', b'{"charging": "on", "at_ms": 1}', b'{"charging": true, "at_ms": 1}',
        b'{"charging": ["ON"], "at_ms": 1}', b'{"charging": "ON", "at_ms": "1"}', b'{"charging": "ON", "at_ms": 1.5}',
        b'{"charging": "ON", "at_ms": true}', b'{"charging": "ON", "at_ms": 1, "relay": 1}',
        b'{"charging": "<script>", "at_ms": 1}', b'{"charging": "ON\\u0000", "at_ms": 1}',
    ],
)  # fmt: skip
def test_other_payloads_command_nothing_and_the_reason_is_one_short_line(payload: bytes) -> None:
    with pytest.raises(Unwanted) as refused:
        command_of("cp_001", payload)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("off_ms", [-30_001, 30_001, 10**30])
def test_what_is_old_or_ahead_is_not_carried_out(off_ms: int) -> None:
    with pytest.raises(Unwanted, match="at_ms"):
        check_age(Command("cp_001", True, NOW_MS + off_ms), NOW_MS)


@pytest.mark.parametrize("off_ms", [-30_000, 0, 30_000])
def test_what_was_just_pressed_is(off_ms: int) -> None:
    check_age(Command("cp_001", True, NOW_MS + off_ms), NOW_MS)
