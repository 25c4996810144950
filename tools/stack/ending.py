"""How programs that run a stack end: SIGTERM as Ctrl-C, so that either stops every part."""

import signal


def end_like_ctrl_c() -> None:
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(number: int, frame: object) -> None:
    del number, frame
    raise KeyboardInterrupt
