"""The platform that config.json names (see hal.contract), each imported where it is made."""

import sys

from chargepoint import board_kinds as roles


def make(settings):
    """With its relay open. Raises SettingError."""
    return _MAKERS[settings.platform](settings)


def reset():
    """Starts the board anew where it has no platform yet; does not return."""
    if sys.platform in roles.REAL:
        import machine

        machine.reset()
    from hal.sim import RESET_EXIT_CODE

    sys.exit(RESET_EXIT_CODE)


def _sim(settings):
    from hal.sim import NoPlant, SimPlatform, board_id

    board = settings.board or board_id(settings.cp_id, settings.role)
    if settings.role == roles.MONITOR:
        line = NoPlant()
    else:
        from hal.plant_line import PlantLine

        line = PlantLine(*settings.plant)
    return SimPlatform(board, settings.cp_id, line, settings.state_dir)


def _rp2(settings):
    from hal import rp2

    return rp2.make(settings, settings.role != roles.MONITOR, _wifi(settings))


def _esp32(settings):
    from hal import esp32

    return esp32.make(settings, settings.role != roles.MONITOR, _wifi(settings))


def _wifi(settings):
    """The parts that a board steps for its Wi-Fi: none without a network's name."""
    if settings.wifi_ssid is None:
        return ()
    from time import ticks_ms

    try:
        from hal.wifi import Wifi
    except ImportError:
        raise roles.SettingError("wifi_ssid: this board has no radio; expected no such setting") from None
    return (Wifi(settings.wifi_ssid, settings.wifi_password, ticks_ms),)


_MAKERS = {roles.SIM: _sim, "rp2": _rp2, "esp32": _esp32}
