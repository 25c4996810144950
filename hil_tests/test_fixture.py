"""The real bench's fixture: its rules here, its wave on an emulated Pico. The fixture itself has met no hardware."""

import importlib
import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tools.emulated_pico.bench import PicoBench

FIXTURE = Path(__file__).parent / "fixture"
MODULES = ("tables", "scene", "commands")
I_A_PER_COUNT, V_V_PER_COUNT = 29297e-6, 195313e-6


@pytest.fixture
def fixture(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Its modules, as it imports them itself."""
    monkeypatch.syspath_prepend(str(FIXTURE))
    modules: dict[str, ModuleType] = {name: importlib.import_module(name) for name in MODULES}
    yield SimpleNamespace(**modules)
    for name in MODULES:
        del sys.modules[name]


class Board:
    has_power = False

    def __init__(self) -> None:
        self.did: list[object] = []

    def load(self, watts: int) -> None:
        self.did.append(watts)

    def reset(self) -> None:
        self.did.append("reset")


@pytest.fixture
def scene(fixture: SimpleNamespace) -> Any:
    made = fixture.scene.Scene(lambda a, b: a - b, 0)
    made.watts, made.plugged = 3600, True
    return made


def test_cycle_is_what_the_board_s_converter_reads(fixture: SimpleNamespace):
    tables = fixture.tables
    words = tables.cycle(3680, 0.8)
    counts = [((word & 0xFFFF) * 4 - 2048, (word >> 16) * 4 - 2048) for word in words]
    amps = [i * I_A_PER_COUNT for i, _ in counts]
    volts = [v * V_V_PER_COUNT for _, v in counts]
    assert len(words) == tables.STEPS
    assert math.sqrt(sum(v * v for v in volts) / len(volts)) == pytest.approx(230, rel=0.01)
    assert math.sqrt(sum(i * i for i in amps) / len(amps)) == pytest.approx(20, rel=0.01)
    assert sum(v * i for v, i in zip(volts, amps, strict=True)) / len(volts) == pytest.approx(3680, rel=0.01)
    assert {word & 0xFFFF for word in tables.cycle(3680, dead=True)} == {0}


def test_energy_flows_while_relay_is_closed_and_car_is_there(scene: Any):
    scene.look(1_000_000, True)
    assert (scene.contact, scene.energy_mj, scene.wave()) == (True, 0, "load")
    scene.look(3_000_000, False)
    assert (scene.contact, scene.energy_mj, scene.wave()) == (False, 7_200_000, "idle")
    scene.look(9_000_000, False)
    assert scene.energy_mj == 7_200_000
    assert scene.state()["edges"] == [(1000, True), (3000, False)]
    assert scene.closures == 1


@pytest.mark.parametrize(
    ("fault", "wave", "contact"),
    [
        ("over_current", "over", True), ("sensor_dead", "dead", True), ("stuck_open", "idle", False),
        ("unplugged", "idle", True), ("weld", "load", True),
    ],
)  # fmt: skip
def test_fault_shows_at_the_pins(scene: Any, fault: str, wave: str, contact: bool):
    scene.faults.add(fault)
    scene.look(1_000_000, True)
    assert (scene.wave(), scene.contact) == (wave, contact)
    scene.look(2_000_000, False)
    assert scene.contact is (fault == "weld")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("", "expected load WATTS"), ("dance", "expected load WATTS"), ("load", "expected load WATTS"),
        ("load -1", "load: expected 0 to 9000 watts, not -1"), ("plug yes", "plug: expected 0 or 1, not yes"),
        ("fault rain 1", "fault: expected one of"), ("power 1", "power: no load switch is fitted"),
    ],
)  # fmt: skip
def test_wrong_line_is_told_and_changes_nothing(fixture: SimpleNamespace, scene: Any, line: str, text: str):
    before, board = scene.state(), Board()
    told = json.loads(fixture.commands.answer(line, scene, board))
    assert told["ok"] is False
    assert text in told["text"]
    assert (scene.state(), board.did) == (before, [])


def test_commands_do_what_they_say(fixture: SimpleNamespace, scene: Any):
    board = Board()
    for line in ("load 4000", "plug 0", "fault weld 1", "reset"):
        assert json.loads(fixture.commands.answer(line, scene, board)) == {"ok": True}
    told = json.loads(fixture.commands.answer("state", scene, board))
    assert (scene.watts, told["plugged"], told["faults"], board.did) == (4000, False, ["weld"], [4000, "reset"])
    fixture.commands.answer("fault weld 0", scene, board)
    assert scene.faults == set()


BEGIN = """
import rig as main, time
from commands import answer
from machine import mem32
bench = main.Bench()
scene = main.Scene(time.ticks_diff, time.ticks_us())

def look(ms=5):
    began = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), began) < ms:
        scene.look(time.ticks_us(), bool(bench.relay()))
        bench.show(scene)

def playing():
    '''The words that the slice was given over half a cycle, and whose table they are of.'''
    look(25)
    seen, began = set(), time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), began) < 10:
        seen.add(mem32[0x4005000C])
    return sorted(name for name, words in bench._tables.items() if seen <= set(words)), len(seen) > 20

for line in ("load 3500", "plug 1"):
    print(answer(line, scene, bench))
print(playing())
"""
NAMES = {"main.py": "rig.py"}  # as main.py it would run at once
RELAY_IN = 18


@pytest.mark.guest_s(1, quick=True)
def test_wave_plays_on_an_emulated_pico_as_the_relay_says(new_pico: Callable[[], PicoBench]):
    pico = new_pico()
    pico.install(also={NAMES.get(path.name, path.name): path for path in FIXTURE.glob("*.py")})
    pico.start()
    pico.boot()
    assert pico.exec(BEGIN, 5.0).split("\n")[-2] == "(['idle'], True)"
    pico.drive(RELAY_IN, True)
    assert pico.exec("print(playing(), scene.state()['relay'])") == "(['load'], True) True\n"
    assert pico.exec("print(answer('fault sensor_dead 1', scene, bench), playing())").endswith("(['dead'], True)\n")
    pico.drive(RELAY_IN, False)
    pico.exec("look()")
    flowed_mj = json.loads(pico.exec("print(answer('state', scene, bench))"))["energy_mj"]
    closed_ms = [at_ms for at_ms, _ in json.loads(pico.exec("print(answer('state', scene, bench))"))["edges"]]
    assert flowed_mj == pytest.approx(3500 * (closed_ms[1] - closed_ms[0]), rel=0.1)
