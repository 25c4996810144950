"""How many hours of a charge the `sim` bench does in a minute of a processor's time: a ratio that no test judges."""

import tempfile
import time
from pathlib import Path

from hil_tests.benches.virtual import Bench
from plant.mains import Mains
from plant.profile_files import load_of

CHARGED_MS = 600_000
STEP_MS = 500  # of the board's loop
WINDOW_MS = 1000


def charge_hours_a_minute() -> float:
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), load=load_of("constant:3000", Mains()), step_ms=STEP_MS)
        bench.until_registered()
        bench.charge("s1")
        bench.world.window_ms = WINDOW_MS
        bench.run(1000)
        began_s = time.process_time()
        bench.run(CHARGED_MS)
        spent_s = time.process_time() - began_s
    return CHARGED_MS / 3_600_000 / (spent_s / 60)
