"""A board: the role that config.json names, on a platform. Runs unchanged on MicroPython and CPython.

    micropython main.py [config.json]

What only some boards have (a kind of line, a platform, MQTT) is imported where it is made, to spare the others' heap.
A config that cannot be used leaves the relay open, says why in one line, and ends with code 2.
"""

import os
import sys

from chargepoint import settings as roles
from chargepoint.roles import Board
from chargepoint.settings import SettingError
from chargepoint.settings import read as read_settings

STEP_MS = 5
CONFIG = "config.json"
BAD_SETTING_EXIT = 2
_ONLINE = b'{"state":"online"}'
_OFFLINE = b'{"state":"offline"}'


def main(arguments):
    try:
        settings = read_settings(_config(arguments), os.getenv)
        board = make_board(settings)
    except (SettingError, OSError) as error:
        say("ERROR " + str(error))
        return BAD_SETTING_EXIT
    say(_ready(settings, board))
    try:
        run(board)
    except Exception as error:  # flash that fails, or a defect: the board restarts by itself
        board.platform.relay(False)
        print_exception(error)
        board.platform.reset()
    finally:
        board.platform.relay(False)


def run(board):
    """The loop. Its sleep is the only call that waits."""
    while True:
        board.step()
        board.platform.sleep_ms(STEP_MS)


def make_board(settings):
    """Raises SettingError, and OSError where an address cannot be listened at."""
    platform = _platform(settings)
    engine_listens = settings.role == roles.ENGINE
    board = Board(
        settings, platform,
        central=None if engine_listens else _line(settings.central),
        engine=None if settings.role == roles.BOTH else _line(settings.engine, engine_listens),
    )
    if board.engine is not None:
        if settings.plain_port:
            board.parts.append(_plain_port(settings, board))
        board.add_telemetry(None if settings.mqtt is None else _publish_by_mqtt(settings, board))
    return board


def _platform(settings):
    from hal.sim import SimPlatform, board_id

    board = settings.board or board_id(settings.cp_id, settings.role)
    return SimPlatform(board, settings.cp_id, _plant_line(settings), settings.state_dir)


def _plant_line(settings):
    """A monitor's environment may name the plant too, but a plant has one place to plug in, and it is the engine's."""
    if settings.role == roles.MONITOR:
        return _NoPlant()
    from hal.plant_line import PlantLine

    return PlantLine(*settings.plant)


class _NoPlant:
    """A monitor of its own has no pins, so it needs no plant."""

    connection = 0

    def step(self, now):
        pass

    def receive(self):
        return None


def _line(place, listens=False):
    """The byte line to a place: (ip, port), or serial:PATH."""
    if isinstance(place, str):
        from hal.serial import SerialLine

        return SerialLine(place[len("serial:") :])
    from hal.tcp import Answerer, Dialler, Listener

    return Answerer(Listener(place)) if listens else Dialler(place)


def _plain_port(settings, board):
    from chargepoint.engine.plain import PlainPort
    from hal.tcp import Listener

    return PlainPort(Listener(("127.0.0.1", settings.plain_port)), board.engine.get_current_status)


def _publish_by_mqtt(settings, board):
    from chargepoint.delivery.retry import Retry
    from hal.mqtt import Publisher

    base = "wattline/%s/" % settings.cp_id
    retry = Retry(board.platform.random_bytes, settings.retry_first_ms, settings.retry_slow_ms)
    line = _line(settings.mqtt)
    publisher = Publisher(line, retry, board.platform.board, base + "state", _ONLINE, _OFFLINE)
    board.parts.append(publisher)
    topic = base + "telemetry"
    return lambda payload: publisher.publish(topic, payload)


def _config(arguments):
    """The text of the config; None where there is none and the environment may say it all."""
    path = arguments[0] if arguments else CONFIG
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        if arguments:
            raise SettingError("%s: cannot be read; expected the path of a config.json" % path) from None
        return None


def _ready(settings, board):
    places = ["cp_id=" + settings.cp_id, "role=" + settings.role, "board=" + board.platform.board]
    for name in ("central", "engine", "mqtt", "plant"):
        place = getattr(settings, name)
        if place is not None:
            places.append("%s=%s" % (name, place if isinstance(place, str) else "%s:%d" % place))
    return "ready " + " ".join(places)


def print_exception(error):
    if sys.implementation.name == "micropython":
        sys.print_exception(error)
    else:
        sys.excepthook(type(error), error, error.__traceback__)  # pyright: ignore[reportAttributeAccessIssue]  # CPython's


def say(line):
    sys.stderr.write("INFO " + line + "\n" if line.startswith("ready") else line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
