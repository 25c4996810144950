"""A program that appends numbered records and prints a line for each ack: for tests with several processes.

Arguments: broker, path, topic prefix, name, count (0: until it is killed). Key `NAME-K`, value `N`, in order.
"""

import sys
import threading
from concurrent.futures import Future
from pathlib import Path

from eventlog import Appended, LogBusy, open_log

KEYS = 3


def main() -> None:
    broker, path, prefix, name, count = sys.argv[1:]
    log = open_log(broker, Path(path), name, prefix)
    log.create_topics()
    printing = threading.Lock()
    number = 0
    pause = threading.Event()
    while not int(count) or number < int(count):
        key = f"{name}-{number % KEYS}"

        def acked(future: Future[Appended], key: str = key, number: int = number) -> None:
            place = future.result()
            with printing:
                sys.stdout.write(f"{key} {number} {place.partition} {place.offset}\n")
                sys.stdout.flush()

        try:
            log.append("ev.cp", key, str(number).encode()).add_done_callback(acked)
        except LogBusy:
            pause.wait(0.001)
            continue
        number += 1
    log.close()


if __name__ == "__main__":
    main()
