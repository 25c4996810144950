"""Judges a config.json for the board that is to have it, whole: before anything is written."""

import json
from collections.abc import Mapping

from chargepoint.engine.meter import Meter
from chargepoint.settings import BOTH, ENGINE, MONITOR, REAL, SIM, Settings, is_numeric, read
from hal import pin_rules

from board_cli.failures import Failure
from board_cli.talk.facts import System

OLDEST = (1, 24, 0)
OLDEST_ONLINE = (1, 28, 0)  # before it a name that is looked up without a network never comes back
MPY_VERSION = 6  # of precompiled files, as MicroPython 1.19 and newer take them
NEED_A_NETWORK = ("wifi_ssid", "mqtt", "plain_port")
ACTIVE_HIGH = "active-high"
INSTALL = "`wattline-board install` brings another"


def judge(config: Mapping[str, object], system: System) -> Settings:
    """Raises Failure."""
    platform = system.platform if system.platform in REAL else SIM
    if config.get("platform", platform) != platform:
        raise Failure(f"platform: config.json says {config['platform']}, and this board is {platform}")
    try:
        settings = read(json.dumps({**config, "platform": platform}))
        if platform in REAL:
            pin_rules.check(settings, system.machine)
        Meter("", 0, settings.i_ua_per_count, settings.v_uv_per_count)
    except ValueError as error:  # a SettingError is one too
        raise Failure(str(error)) from None
    _judge_lines(settings, system)
    _judge_inputs(settings)
    _judge_version(settings, system)
    return settings


def judge_relay(level: str) -> None:
    """Raises Failure for a relay that is closed while its pin floats or the board is reset."""
    if level != ACTIVE_HIGH:
        raise Failure(
            f"relay: {level} is refused: a low level closes such a module, and a pin may be low before the firmware "
            "runs; use an active-high driver with a 10 k pull-down"
        )


def _judge_lines(settings: Settings, system: System) -> None:
    lines = {"central": settings.central if settings.role != ENGINE else None,
             "engine": settings.engine if settings.role != BOTH else None}  # fmt: skip
    online = [name for name, place in lines.items() if isinstance(place, tuple)]
    online += [name for name in NEED_A_NETWORK if getattr(settings, name)]
    if online and not system.has_network:
        raise Failure(f"{online[0]}: {system.machine} has no network; expected usb or a uart, such as uart:0")
    if settings.role == ENGINE and isinstance(settings.engine, tuple) and not is_numeric(settings.engine[0]):
        raise Failure(f"engine: {settings.engine[0]} is a name; an engine listens at an address of its own")
    if settings.platform not in REAL:
        return
    if online and settings.wifi_ssid is None:
        raise Failure(f"wifi_ssid: it is missing, and {online[0]} needs the network. For example: Car park")
    for name, place in lines.items():
        if isinstance(place, str) and place.startswith("serial:"):
            raise Failure(f"{name}: {place} is a line of simulated boards; expected usb, uart:1 or HOST:PORT")


def _judge_inputs(settings: Settings) -> None:
    has_pins = settings.platform in REAL and settings.role != MONITOR
    if has_pins and settings.presence == "contact" and settings.contact_pin is None:
        raise Failure("contact_pin: it is missing, and presence contact needs it. For example: 21")


def _judge_version(settings: Settings, system: System) -> None:
    wrong = too_old(system, settings.wifi_ssid is not None)
    if wrong:
        raise Failure(wrong)


def too_old(system: System, online: bool) -> str | None:
    """Why its MicroPython will not do; None where it will. online: it is to use a network."""
    oldest = OLDEST_ONLINE if online else OLDEST
    if system.version >= oldest and system.mpy == MPY_VERSION:
        return None
    return f"{system.name} is too old: {'.'.join(map(str, oldest))} is needed; {INSTALL}"
