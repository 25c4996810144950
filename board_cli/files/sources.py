"""Which files of the firmware a board needs, by its settings: what main.py leads to, less what others alone load."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import wire
from chargepoint.settings import BOTH, ENGINE, MONITOR, SIM, Settings, is_numeric

ROOT = Path(wire.__file__).parent.parent  # firmware/, or where it was installed
START = ("boot", "main")  # by name; they stay text, since only so does MicroPython run them by itself
PACKAGES = ("wire", "chargepoint", "hal")

Spares = Callable[[Settings], bool]


def _is_engine(settings: Settings) -> bool:
    return settings.role in (BOTH, ENGINE)


def _is_on(platform: str) -> Spares:
    return lambda settings: settings.platform == platform


def _has_line(begin: str) -> Spares:
    return lambda settings: any(isinstance(each, str) and each.startswith(begin) for each in _lines(settings))


def _has_network(settings: Settings) -> bool:
    return bool(settings.plain_port) or any(isinstance(each, tuple) for each in (*_lines(settings), settings.mqtt))


def _has_names(settings: Settings) -> bool:
    return any(isinstance(each, tuple) and not is_numeric(each[0]) for each in (*_lines(settings), settings.mqtt))


def _lines(settings: Settings) -> tuple[object, ...]:
    """What it opens: a monitor both, an engine its own, a board of both roles the one to its bridge."""
    return {BOTH: (settings.central,), ENGINE: (settings.engine,), MONITOR: (settings.central, settings.engine)}[
        settings.role
    ]


# What only some boards load; all else that main.py leads to goes onto each. A module without a row costs flash; one
# whose row is wrong would be missing.
ONLY: dict[str, Spares] = {
    "chargepoint.engine": _is_engine,
    "chargepoint.monitor": lambda settings: settings.role in (BOTH, MONITOR),
    "chargepoint.engine.plain": lambda settings: settings.plain_port != 0,
    "wire.strict_json": _is_on(SIM),  # where CPython runs it
    "hal.rp2": _is_on("rp2"),
    "hal.esp32": _is_on("esp32"),
    "hal.sim": _is_on(SIM),
    "hal.plant_line": lambda settings: settings.platform == SIM and _is_engine(settings),
    "hal.adc_dma": lambda settings: settings.platform == "rp2" and _is_engine(settings),
    "hal.adc_polled": lambda settings: settings.platform == "esp32" and _is_engine(settings),
    "hal.ntc": lambda settings: settings.platform != SIM and _is_engine(settings),
    "hal.serial": _has_line("serial:"),
    "hal.uart": _has_line("uart:"),
    "hal.usb": lambda settings: settings.platform != SIM or _has_line("usb")(settings),
    "hal.tcp": lambda settings: _has_network(settings) or (settings.platform == SIM and _is_engine(settings)),
    "hal.tcp_lines": _has_network,
    "hal.names": _has_names,
    "hal.dns": _has_names,
    "hal.mqtt": lambda settings: settings.mqtt is not None and _is_engine(settings),
    "hal.wifi": lambda settings: settings.wifi_ssid is not None,
}


def needed(settings: Settings) -> dict[str, Path]:
    """Path on the board -> source."""
    found: dict[str, Path] = {}
    queue: list[str] = list(START)
    while queue:
        name = queue.pop()
        source = _source(name)
        if source is None or source in found.values() or not _goes(name, settings):
            continue
        found[str(source.relative_to(ROOT))] = source
        queue += _imported(source, name)
    return found


def _goes(name: str, settings: Settings) -> bool:
    parts = name.split(".")
    rows = (ONLY.get(".".join(parts[:depth])) for depth in range(1, len(parts) + 1))
    return all(row(settings) for row in rows if row is not None)


def _source(name: str) -> Path | None:
    """The file of a module of the firmware; None for MicroPython's own, and for names within a module."""
    if name.partition(".")[0] not in (*PACKAGES, *START):
        return None
    path = ROOT.joinpath(*name.split("."))
    return next((each for each in (path.with_suffix(".py"), path / "__init__.py") if each.exists()), None)


def _imported(source: Path, module: str) -> Iterator[str]:
    """Names that it imports, wherever in the file, each with the packages above it."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                raise ValueError(f"{module}: a relative import, which nothing here follows")
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[:depth]) for depth in range(1, len(parts) + 1))
