"""Which pin has which task, as the firmware has it. Its modules need a board's `machine`, so they are read, not run."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chargepoint.settings import TABLE

FIRMWARE = Path(__file__).resolve().parents[3] / "firmware"
# A Pico's header by GPIO (Raspberry Pi Pico datasheet, 2.1).
_HEADER = {
    0: 1, 1: 2, 2: 4, 3: 5, 4: 6, 5: 7, 6: 9, 7: 10, 8: 11, 9: 12, 10: 14, 11: 15, 12: 16, 13: 17, 14: 19, 15: 20,
    16: 21, 17: 22, 18: 24, 19: 25, 20: 26, 21: 27, 22: 29, 26: 31, 27: 32, 28: 34,
}  # fmt: skip


@dataclass(frozen=True)
class Task:
    """`setting`: what names the pin in config.json; "" where nothing can move it."""

    setting: str
    says: str
    gpio: int

    def on_pico(self) -> str:
        return f"GP{self.gpio} (pin {_HEADER[self.gpio]})"

    def signal(self) -> str:
        """Of a UART: TX, RX, RTS or CTS."""
        return self.setting.split("_")[1].upper()

    def on_esp32(self) -> str:
        return f"GPIO {self.gpio}"


_SAYS = {
    "trip_pin": "trip output",
    "feedback_pin": "feedback of the load's side",
    "contact_pin": "contact in the connector",
    "rcm_pin": "residual current monitor",
    "stop_pin": "emergency stop",
    "i2c_sda_pin": "I2C data",
    "i2c_scl_pin": "I2C clock",
    "uart_tx_pin": "UART, sends",
    "uart_rx_pin": "UART, receives",
    "uart_rts_pin": "UART, tells to wait",
    "uart_cts_pin": "UART, is told to wait",
}


@cache
def constant(file: str, name: str) -> Any:
    """The literal that a module of the firmware gives a name. Raises ValueError where there is none."""
    for node in ast.parse((FIRMWARE / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            if isinstance(target, ast.Name) and target.id == name:
                return ast.literal_eval(value)
            names = [each.id for each in getattr(target, "elts", ()) if isinstance(each, ast.Name)]
            if name in names:
                return ast.literal_eval(value)[names.index(name)]
    raise ValueError(f"firmware/{file} has no literal {name}")


def relay() -> Task:
    return Task("", "relay's driver", constant("boot.py", "RELAY_PIN"))


def current() -> Task:
    return Task("", "current", constant("hal/adc_dma.py", "_FIRST_PIN"))


def voltage() -> Task:
    return Task("", "voltage", constant("hal/adc_dma.py", "_FIRST_PIN") + 1)


def named(setting: str) -> Task:
    """A pin that config.json names, as its example does."""
    (gpio,) = (each.example for each in TABLE if each.name == setting)
    assert isinstance(gpio, int)
    return Task(setting, _SAYS[setting], gpio)


def uart(platform: str, line: str = "uart:1") -> tuple[Task, ...]:
    """tx, rx, rts, cts, as they are where config.json names none."""
    names = ("uart_tx_pin", "uart_rx_pin", "uart_rts_pin", "uart_cts_pin")
    numbers = constant("hal/pin_rules.py", "UARTS")[(platform, line)]
    return tuple(Task(name, _SAYS[name], gpio) for name, gpio in zip(names, numbers, strict=True))


OPTIONAL = ("trip_pin", "feedback_pin", "contact_pin", "rcm_pin", "stop_pin", "i2c_sda_pin", "i2c_scl_pin")


def of_engine() -> list[Task]:
    """All that a Pico with an engine may have."""
    return [relay(), current(), voltage(), *(named(each) for each in OPTIONAL)]
