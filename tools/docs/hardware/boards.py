"""Which pin of which board goes where: a picture for each of the three ways to build a charge point."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.docs.hardware import pins
from tools.docs.hardware.drawing import FAINT, Drawing
from tools.docs.hardware.pins import Task

_ROW, _TOP = 34, 70
_PICO_X, _PICO_WIDTH = 330, 250
_FAR_X = 760
_ROWS_OF_UART = 5
_PART_WIDTH = 230
_FILL = {"in": "#eef4ff", "out": "#fff1e6", "other": "#eef7ee", "board": "#f3f4f6"}


@dataclass(frozen=True)
class Wire:
    """From a pin to a part, which `kind` gives its colour; without `part`, to the pin of the other board."""

    pin: str
    part: str
    kind: str


def _left() -> list[Wire]:
    parts = {
        "contact_pin": "contact in the connector", "rcm_pin": "RCM's second contact",
        "stop_pin": "stop's second contact", "feedback_pin": "feedback: load-side voltage",
        "i2c_sda_pin": "ADS1115 with the NTC: SDA", "i2c_scl_pin": "ADS1115 with the NTC: SCL",
    }  # fmt: skip
    wires = [
        Wire(pins.current().on_pico(), "current: CT with its burden", "in"),
        Wire(pins.voltage().on_pico(), "voltage: transformer, burden", "in"),
    ]
    return wires + [Wire(pins.named(name).on_pico(), part, "in") for name, part in parts.items()]


def _right() -> list[Wire]:
    return [
        Wire(pins.relay().on_pico(), "relay's driver, 10 kΩ to ground", "out"),
        Wire(pins.named("trip_pin").on_pico(), "trip of the upstream contactor", "out"),
        Wire("VSYS (pin 39)", "5 V through a Schottky diode", "other"),
        Wire("3V3 OUT (pin 36)", "sensors, ADS1115", "other"),
        Wire("AGND (pin 33)", "ground of the sensors", "other"),
        Wire("GND (pin 38)", "ground of all else", "other"),
    ]


def pico_and_esp32() -> str:
    drawing = Drawing(1010, 500, "A Pico as the engine, an ESP32 as the monitor")
    _board(drawing, "Raspberry Pi Pico: engine", _left(), _right())
    top = _TOP + len(_right()) * _ROW + 16
    # What one sends the other receives; who tells to wait is heard at the other's CTS.
    tx, rx, rts, cts = pins.uart("esp32")
    facing: dict[str, Task] = {"uart_tx_pin": rx, "uart_rx_pin": tx, "uart_rts_pin": cts, "uart_cts_pin": rts}
    drawing.box(_FAR_X, top - 8, 200, 5 * _ROW + 16, _FILL["board"])
    drawing.text(_FAR_X + 100, top + 12, "ESP32: monitor", "middle", bold=True)
    for number, mine in enumerate(pins.uart("rp2"), 1):
        y = top + number * _ROW + 4
        _pin_right(drawing, y, f"{mine.signal()} {mine.on_pico()}")
        drawing.line((_PICO_X + _PICO_WIDTH, y), (_FAR_X, y))
        theirs = facing[mine.setting]
        drawing.text(_FAR_X + 10, y + 4, f"{theirs.on_esp32()} {theirs.signal()}")
    drawing.text(_FAR_X + 100, top + 5 * _ROW + 28, "Wi-Fi to the bridge; its own 5 V; GND to GND", "middle", FAINT)
    return drawing.svg()


def pico_w() -> str:
    drawing = Drawing(1010, 350, "A Pico W alone: engine and monitor")
    right = [*_right(), Wire("radio", "Wi-Fi to the bridge and to MQTT", "other")]
    _board(drawing, "Raspberry Pi Pico W: engine and monitor", _left(), right)
    return drawing.svg()


def pico_usb() -> str:
    drawing = Drawing(1010, 350, "A Pico at a computer's USB: engine and monitor")
    right = [each for each in _right() if not each.pin.startswith("VSYS")]
    right.append(Wire("USB", "computer with the bridge, 5 V", "other"))
    _board(drawing, "Raspberry Pi Pico: engine and monitor", _left(), right)
    return drawing.svg()


def _board(drawing: Drawing, name: str, left: Sequence[Wire], right: Sequence[Wire]) -> None:
    rows = max(len(left), len(right) + _ROWS_OF_UART * name.endswith(": engine"))
    drawing.text(20, 28, name, bold=True)
    drawing.box(_PICO_X, _TOP - 24, _PICO_WIDTH, rows * _ROW + 28, _FILL["board"])
    for number, wire in enumerate(left):
        y = _TOP + number * _ROW
        drawing.line((20 + _PART_WIDTH, y), (_PICO_X, y))
        drawing.part(20, y - 13, _PART_WIDTH, 26, [wire.part], _FILL[wire.kind])
        drawing.text(_PICO_X + 10, y + 4, wire.pin)
    for number, wire in enumerate(right):
        y = _TOP + number * _ROW
        _pin_right(drawing, y, wire.pin)
        drawing.line((_PICO_X + _PICO_WIDTH, y), (_FAR_X - 80, y))
        drawing.part(_FAR_X - 80, y - 13, _PART_WIDTH + 40, 26, [wire.part], _FILL[wire.kind])


def _pin_right(drawing: Drawing, y: float, says: str) -> None:
    drawing.text(_PICO_X + _PICO_WIDTH - 10, y + 4, says, "end")
