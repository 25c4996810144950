"""A board: the role and the platform that config.json names. Runs unchanged on MicroPython and CPython.

    micropython main.py [config.json]

What only some boards have (a kind of line, a platform, MQTT) is imported where it is made, to spare the others' heap.
A config that cannot be used, or firmware that is not whole, leaves the relay open and says why in one line; a process
then ends with code 2, a real board with its prompt. So does a board whose maintenance flag is up (see hal/contract.py).
Whatever else fails, at the start (flash that cannot be written) or in the loop, opens the relay and starts the board
anew, for ever.
"""

import errno
import os
import sys
import time

from chargepoint import board_kinds as roles
from chargepoint.board_kinds import SettingError
from hal import heap, platforms

STEP_MS = 5
CONFIG = "config.json"
BAD_SETTING_EXIT = 2
START_PAUSE_S = 5  # after a start that failed: flash is spared, and whoever flashes the board gets a word in


def main(arguments):
    """The exit code of a process that has ended; where a board is to stay at its prompt it returns too."""
    platform = board = None
    heap.spare()
    try:
        settings = _settings(arguments)
        platform = platforms.make(settings)
        if platform.maintenance():
            say("INFO maintenance: the relay stays open until the file `maintenance` is removed")
            return 0
        board = _made(settings, platform)
        heap.spare()
        platform.start_watchdog()
        run(board)
    except (SettingError, ImportError) as error:  # ImportError: half-copied firmware
        say("ERROR " + str(error))
        return BAD_SETTING_EXIT
    except Exception as error:  # flash that fails, no memory, or a defect: the board starts anew by itself
        fail(platform, error, 0 if board else START_PAUSE_S)
    finally:
        if platform is not None:
            platform.relay(False)


def fail(platform, error, pause_s):
    """Does not return, whatever else fails meanwhile; Ctrl-C in the pause leads to the prompt. platform: None where the
    board has not come so far.
    """
    try:
        if platform is not None:
            platform.relay(False)
        print_exception(error)
    except Exception:
        pass  # no memory even for this: what follows needs none
    time.sleep(pause_s)
    (platforms if platform is None else platform).reset()


def run(board):
    """The loop. Its sleep is the only call that waits."""
    while True:
        board.step()
        board.platform.sleep_ms(STEP_MS)


def _settings(arguments):
    """Read by a module that is forgotten before more is loaded: so the heap stays in one piece."""
    from chargepoint.settings import read

    settings = read(_config(arguments), getattr(os, "getenv", None))
    del read
    heap.forget("chargepoint.settings")
    return settings


def _made(settings, platform):
    """The board, made by modules that are forgotten then."""
    from hal import making

    board = making.make_board(settings, platform)
    say("INFO " + making.ready(settings, board))
    del making
    for name in ("making", "lines", "pin_rules"):
        heap.forget("hal." + name)
    return board


def _config(arguments):
    """The text of the config; None where there is none and the environment may say it all."""
    path = arguments[0] if arguments else CONFIG
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        if error.args[0] == errno.EIO:
            raise
        if arguments or error.args[0] != errno.ENOENT:
            raise SettingError("%s: cannot be read; expected the path of a config.json" % path) from None
        return None


def print_exception(error):
    if sys.implementation.name == "micropython":
        sys.print_exception(error)
    else:
        sys.excepthook(type(error), error, error.__traceback__)  # pyright: ignore[reportAttributeAccessIssue]  # CPython's


def say(line):
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    exit_code = main(sys.argv[1:])
    if sys.platform not in roles.REAL:  # there, it would start the board anew, and all this again
        sys.exit(exit_code)
