"""From the driver's request to `authorized` and to the closed relay: one board on real MicroPython, both logs.

The plant runs by the clock while a charge begins, so that its relay takes the 15 ms of a real one. The driver then
stops the charge, the car being gone already, so that no current has to fall before the relay opens.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from tools.bench.driver import QuickDriver
from tools.bench.figures import Figure, percentiles_of
from tools.bench.pause import SLOW, pass_pause
from tools.bench.run import Run
from tools.bench.stages import Moments, read_moments, stages
from tools.services.process import wait_for
from tools.stack.boards import Design, Plant
from tools.stack.log_choice import Wanted
from tools.stack.stack import Stack
from tools.testing.deadlines import DEADLINE_S

CP_ID = "cp_001"
POWER_W = 3_700
DRIVERS = 4
REFERENCE_MS = (17.8, 47.0)  # to authorized, p50 and p99 of 100, on a machine of this kind; by its own report
NOT_YET = frozenset({"pending", "requested"})
SAID_NO = frozenset({"refused", "failed", "cancelled"})
# Between two charges; never the same, so that no rhythm of the system's polls is always met at the same beat.
PAUSE_S = (0.05, 0.15)
SAID_EVERY = 25


@dataclass(frozen=True)
class Sample:
    """Unix seconds. `authorized_s`: when the driver heard of it, or of a later state."""

    session_id: str
    posted_s: float
    authorized_s: float
    relay_closed_s: float


def measure(run: Run) -> list[Figure]:
    return [figure for log in run.logs for figure in _measure_on(run, log)]


def _measure_on(run: Run, log: Wanted) -> list[Figure]:
    design = Design(CP_ID, "tcp", f"constant:{POWER_W}")
    with Stack(run.folder / f"latency-{log}", [design], log, {"PLANT_SPEED": str(SLOW)}, run.say) as stack:
        plant = stack.charge_points[CP_ID].plant
        samples = list(_samples(run, stack.api_port, plant, log))
        assert stack.log
        moments = read_moments(stack.log)
    return [
        *percentiles_of(
            "request to authorized", log, ((s.authorized_s - s.posted_s) * 1_000 for s in samples), REFERENCE_MS
        ),
        *percentiles_of("request to relay closed", log, ((s.relay_closed_s - s.posted_s) * 1_000 for s in samples)),
        *stages(log, [_moments_of(sample, moments[sample.session_id]) for sample in samples]),
    ]


def _moments_of(sample: Sample, logged: Moments) -> Moments:
    return {
        "posted": sample.posted_s, "authorized": sample.authorized_s, "relay closed": sample.relay_closed_s, **logged
    }  # fmt: skip


def _samples(run: Run, api_port: int, plant: Plant, log: Wanted) -> Iterator[Sample]:
    chance = random.Random(1)
    driver = QuickDriver(api_port)
    drivers = cycle([driver.register(f"driver {number}") for number in range(DRIVERS)])
    try:
        for number in range(-run.sizes.warm_ups, run.sizes.charges):
            sample = _charge(driver, plant, next(drivers))
            if number >= 0:
                yield sample
            if number % SAID_EVERY == 0:
                run.say(f"{log}: {number} of {run.sizes.charges} charges timed")
            time.sleep(chance.uniform(*PAUSE_S))
    finally:
        driver.close()


def _charge(driver: QuickDriver, plant: Plant, driver_id: str) -> Sample:
    """One charge, to its end. Raises RuntimeError where it is refused."""
    plant.ask(do="plug")
    plant.ask(do="speed", speed=1)
    asked = driver.ask(CP_ID, driver_id)
    authorized_s = closed_s = 0.0
    charge: dict[str, Any] = {}
    for charge, heard_s in driver.follow(asked):
        if charge["state"] in SAID_NO:
            raise RuntimeError(f"a charge was {charge['state']}: {charge['reason']}")
        if not authorized_s and charge["state"] not in NOT_YET:
            authorized_s = heard_s
        if not closed_s and charge["state"] == "in_progress":
            closed_s = _closed_s(plant)
            plant.ask(do="unplug")
            plant.ask(do="speed", speed=SLOW)
            driver.stop(asked)
    if charge.get("reason") != "driver":
        ending = f"{charge.get('state')}: {charge.get('reason')}"
        raise RuntimeError(f"a charge was to be completed by its driver's stop, and is {ending}")
    pass_pause(plant)
    return Sample(charge["session_id"], asked.posted_s, authorized_s, closed_s)


def _closed_s(plant: Plant) -> float:
    """When the contact closed, by the plant's own clock, which runs as fast as ours now.

    Its `closed_wall_s` is Unix time too, but taken when the plant next looked, which is up to 50 ms later.
    """
    wait_for(lambda: plant.state()["relay"], DEADLINE_S, "the relay closes")  # its start may be told sooner
    before_s = time.time()
    state = plant.state()
    now_s = (before_s + time.time()) / 2
    closed_s: float = now_s - (state["now_ms"] - state["edges"][-1]["at_ms"]) / 1_000
    return closed_s
