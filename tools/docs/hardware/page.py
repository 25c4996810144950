"""docs/hardware.md: its text is written by hand, its tables and examples come from here, its pictures lie beside it."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from chargepoint.settings import TABLE
from wire import codes

from tools.docs.hardware import boards, circuits, pins, values
from tools.docs.hardware.pins import Task
from tools.docs.markdown import table

ROOT = Path(__file__).resolve().parents[3]
PAGE = Path("docs/hardware.md")
PICTURES: Mapping[str, Callable[[], str]] = {
    "power-path": circuits.power_path,
    "measuring": circuits.measuring,
    "switching": circuits.switching,
    "inputs": circuits.inputs,
    "pico-and-esp32": boards.pico_and_esp32,
    "pico-w": boards.pico_w,
    "pico-usb": boards.pico_usb,
}
_BLOCK = re.compile(r"(<!-- `make docs` writes: ([a-z0-9-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_BRIDGE = "192.168.1.10:7000"
_WIFI = {"wifi_ssid": "Car park", "wifi_password": "correct horse"}


def example(name: str) -> object:
    """What the table of settings gives as an example."""
    return next(each.example for each in TABLE if each.name == name)


_MEASURED = {
    "i_ua_per_count": values.i_ua_per_count(), "v_uv_per_count": values.v_uv_per_count(),
    **{name: example(name) for name in pins.OPTIONAL if name != "contact_pin"},
}  # fmt: skip
CONFIGS: Mapping[str, Mapping[str, object]] = {
    "engine": {"cp_id": "cp_001", "role": "engine", "platform": "rp2", "engine": "uart:1", **_MEASURED},
    "monitor": {
        "cp_id": "cp_001", "role": "monitor", "platform": "esp32", "engine": "uart:1", "central": _BRIDGE, **_WIFI,
    },
    "pico-w": {"cp_id": "cp_001", "platform": "rp2", "central": _BRIDGE, **_WIFI, **_MEASURED},
    "pico-usb": {"cp_id": "cp_001", "platform": "rp2", "central": "usb", **_MEASURED},
}  # fmt: skip


def page() -> str:
    """The page with its blocks as they should be. Raises KeyError for one that nothing here makes."""
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    return _BLOCK.sub(lambda block: f"{block[1]}\n{_BLOCKS[block[2]]()}\n{block[3]}", text)


def named_blocks() -> set[str]:
    return {block[2] for block in _BLOCK.finditer((ROOT / PAGE).read_text(encoding="utf-8"))}


def _pins() -> str:
    return table(("task", "Pico", "config.json"), [_row(each, each.on_pico()) for each in pins.of_engine()])


def _uart() -> str:
    theirs = {"uart_tx_pin": "uart_rx_pin", "uart_rx_pin": "uart_tx_pin"}
    theirs |= {"uart_rts_pin": "uart_cts_pin", "uart_cts_pin": "uart_rts_pin"}
    esp32 = {each.setting: each for each in pins.uart("esp32")}
    rows = [
        (f"{mine.on_pico()}, {mine.signal()}", f"{far.on_esp32()}, {far.signal()}")
        for mine in pins.uart("rp2")
        for far in [esp32[theirs[mine.setting]]]
    ]
    return table(("Pico", "ESP32"), rows)


def _row(task: Task, where: str) -> tuple[str, str, str]:
    return task.says, where, f"`{task.setting}`" if task.setting else "fixed"


def _refused() -> str:
    refused: Mapping[str, tuple[int, ...]] = {
        "rp2": pins.constant("hal/pin_rules.py", "_PICO"), "esp32": pins.constant("hal/pin_rules.py", "_ESP32"),
    }  # fmt: skip
    names = {"rp2": "a Pico", "esp32": "an ESP32"}
    told = [f"{name} {', '.join(map(str, refused[platform]))}" for platform, name in names.items()]
    return f"Refused in `config.json`: on {'; on '.join(told)}.\n"


def _ranges() -> str:
    rows = [
        (
            "current", f"{values.BURDEN_OHM} Ω", f"±{values.current_range_a():.1f} A peak",
            f"`i_ua_per_count` {values.i_ua_per_count()}",
        ),
        (
            "voltage", f"{values.VT_BURDEN_OHM} Ω", f"±{values.voltage_range_v():.0f} V peak",
            f"`v_uv_per_count` {values.v_uv_per_count()}",
        ),
    ]  # fmt: skip
    return table(("channel", "burden", "range", "before it is calibrated"), rows)


def _config(name: str) -> Callable[[], str]:
    return lambda: f"```json\n{json.dumps(CONFIGS[name])}\n```\n"


_BLOCKS: Mapping[str, Callable[[], str]] = {
    "pins": _pins, "uart": _uart, "refused": _refused, "ranges": _ranges,
    **{f"config-{name}": _config(name) for name in CONFIGS},
}  # fmt: skip
BLOCKS = frozenset(_BLOCKS)


def faults_named(text: str) -> set[str]:
    """What the page's table of single faults calls a fault in its second column."""
    section = text.partition("## If one part fails")[2].partition("\n## ")[0]
    cells = [line.split("|")[2] for line in section.splitlines() if line.startswith("| ")]
    return {name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)}


FAULTS = frozenset(codes.FAULTS)
