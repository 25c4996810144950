"""Runs what a program is for; what keeps it from that becomes one line on stderr, and an exit code."""

import gc
import os
import sys
from collections.abc import Callable

from runtime.exit_codes import INTERRUPTED_EXIT, NOT_DONE_EXIT

# How many new objects make Python look for cycles. At its 700 it looks through all that libraries bring while they are
# loaded, again and again: a sixth of the time in which a server starts.
GARBAGE_AFTER = 10_000


def ended_by(run: Callable[[], object], program: str, text_of: Callable[[Exception], str | None]) -> int:
    """The exit code, which is what `run` returns where that is one. `text_of`: the one line of what went wrong; None: a
    mistake of ours, and a traceback.
    """
    gc.set_threshold(GARBAGE_AFTER)
    try:
        code = run()
    except KeyboardInterrupt:
        return INTERRUPTED_EXIT
    except BrokenPipeError:  # who read the output wants no more of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_DONE_EXIT
    except Exception as error:
        text = text_of(error)
        if text is None:
            raise
        return told(program, text, NOT_DONE_EXIT)
    return code if isinstance(code, int) else 0


def told(program: str, text: str, code: int) -> int:
    """On stderr; what others said in it cannot steer a terminal."""
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
    sys.stderr.write(f"{program}: {shown}\n")
    return code
