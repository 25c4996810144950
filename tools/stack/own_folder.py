"""How programs that run a system begin and end: in a folder of their own, whatever ends them."""

import shutil
import signal
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tools.services.process import ENDINGS

FAILED = 1
INTERRUPTED = 130


def in_own_folder(work: Callable[[Path], int]) -> int:
    """Its exit code; INTERRUPTED where one of ENDINGS came first, or who read the output has gone.

    The folder is a temporary one, and removed at the end. After a failure it stays, and it is said where it is.
    """
    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as it is under nohup
            signal.signal(number, _end)
    folder = Path(tempfile.mkdtemp(prefix="wattline-"))
    code = FAILED
    try:
        code = work(folder)
    except (KeyboardInterrupt, BrokenPipeError, SystemExit):  # by SystemExit Rich answers a broken pipe
        code = INTERRUPTED
    finally:
        if code != FAILED:
            shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):  # the terminal may have gone
        if code == FAILED:
            print(f"logs are in {folder}", flush=True)
        elif code == INTERRUPTED:
            print("stopped", flush=True)
    return code


def _end(number: int, frame: object) -> None:
    """As Ctrl-C, once: what comes then must not keep the parts from being stopped in order."""
    del number, frame
    for each in ENDINGS:
        signal.signal(each, _nothing)  # not SIG_IGN: Python complains of a signal that came just before
    raise KeyboardInterrupt


def _nothing(number: int, frame: object) -> None:
    del number, frame
