"""Kills what a process left behind. Run by process.py, one for each process that starts others.

A watchdog at the end of a pipe: when the process that holds the other end is gone, however it went, the pipe
closes, and every process group still on the list gets SIGKILL. PR_SET_PDEATHSIG would do for direct children
on Linux, but it fires when the *thread* that started the child ends, and grandchildren (a JVM that a wrapper
started) never hear of it.
"""

import os
import signal
import sys


def main() -> None:
    # Ctrl-C reaches every process of a terminal; the one that is guarded shuts down in its own time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        order, group = line.split()
        if order == "watch":
            groups.add(int(group))
        else:
            groups.discard(int(group))
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    main()
