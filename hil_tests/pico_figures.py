"""Prints how fast the emulated Pico is here and now; what the firmware takes of one: hil_tests/footprint.py.

    python -m hil_tests.pico_figures
"""

import sys
import tempfile
import time
from pathlib import Path

from tools.emulated_pico.bench import PicoBench
from tools.pico_image import cache
from tools.pico_image.build import image
from tools.pico_image.steps import ImageUnavailable
from tools.stack.python_of_boards import find_micropython

BUSY = "for i in range(5000): i * i"
IDLE_S = 10.0
BUSY_LIMIT_S = 5.0


def main() -> int:
    micropython = find_micropython()
    if micropython is None:
        return fail("MicroPython's unix port is missing; `make setup` brings it")
    try:
        found = image()
    except ImageUnavailable as error:
        return fail(str(error))
    say("image", f"{found.stat().st_size // 2} bytes of flash, from {cache.versions_of(found).split() or found.name}")
    with tempfile.TemporaryDirectory() as folder:
        speeds(PicoBench(Path(folder) / "speeds", found, micropython))
    return 0


def speeds(bench: PicoBench) -> None:
    bench.install()
    bench.start()
    started_s = time.monotonic()
    guest_s = bench.boot()
    say("boot", f"{guest_s * 1000:.0f} ms of the guest's time, {time.monotonic() - started_s:.2f} s here")
    done = bench.ask("exec", code=BUSY, limit_s=BUSY_LIMIT_S)
    say("busy", f"{100 * done['guest_s'] / done['wall_s']:.1f} % of a real one's speed")
    started_s = time.monotonic()
    bench.run(IDLE_S)
    say("idle", f"{IDLE_S / (time.monotonic() - started_s):.0f} times as fast as a real one")
    bench.close()


def say(name: str, text: str) -> None:
    sys.stdout.write(f"{name:8} {text}\n")
    sys.stdout.flush()


def fail(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
