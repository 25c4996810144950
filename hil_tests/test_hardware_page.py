"""docs/hardware.md: its pins are the firmware's, its examples are right, its pictures stand in it."""

import json
import re
from collections import Counter
from xml.etree import ElementTree

import pytest
from chargepoint.engine.meter import I_UA_PER_COUNT, V_UV_PER_COUNT
from chargepoint.settings import read

from tools.docs.hardware import page, pins, values

TEXT = (page.ROOT / page.PAGE).read_text(encoding="utf-8")


def test_every_block_has_its_place_and_every_picture_is_shown():
    assert page.named_blocks() == page.BLOCKS
    assert set(re.findall(r"\(pictures/([a-z0-9-]+)\.svg\)", TEXT)) == set(page.PICTURES)


@pytest.mark.parametrize("name", page.PICTURES)
def test_picture_is_drawn_within_its_frame(name: str):
    drawn = ElementTree.fromstring(page.PICTURES[name]())
    width, height = float(drawn.get("width") or 0), float(drawn.get("height") or 0)
    for each in drawn.iter():
        for point in (each.get("points") or "").split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= width, (each.attrib, name)
            assert 0 <= y <= height, (each.attrib, name)


@pytest.mark.parametrize("name", page.CONFIGS)
def test_example_is_read_and_gives_each_pin_one_task(name: str):
    config = json.dumps(page.CONFIGS[name])
    assert config in TEXT
    settings = read(config)
    sampled = {pins.current().gpio, pins.voltage().gpio} if settings.role != "monitor" else set[int]()
    used = [pins.relay().gpio, *sampled]
    used += [getattr(settings, each) for each in pins.OPTIONAL if getattr(settings, each) is not None]
    if settings.engine == "uart:1":
        used += [each.gpio for each in pins.uart(settings.platform)]
    assert max(Counter(used).values()) == 1
    refused = {"rp2": pins.constant("hal/pin_rules.py", "_PICO"), "esp32": pins.constant("hal/pin_rules.py", "_ESP32")}
    assert not (set(used) - sampled) & set(refused[settings.platform])


def test_parts_give_the_ranges_that_the_firmware_takes_for_granted():
    assert values.i_ua_per_count() == pytest.approx(I_UA_PER_COUNT, rel=0.01)
    assert values.v_uv_per_count() == pytest.approx(V_UV_PER_COUNT, rel=0.01)


def test_faults_of_the_table_are_those_of_the_firmware():
    named = page.faults_named(TEXT)
    assert len(named) > 8
    assert named <= page.FAULTS


def test_constant_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="boot"):
        pins.constant("boot.py", "RELAY")
