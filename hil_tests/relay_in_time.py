"""How long after a protection's own time the relay's contact is open, by the plant's own record on the `sim` bench."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from chargepoint.engine.protection import ROWS

from hil_tests.benches.virtual import Bench
from plant.mains import Mains
from plant.profile_files import load_of
from plant.world import World

RATED_MA = 20_000
PHASES_MS = (0, 5, 20, 35, 45)  # of a window, when the fault begins
OWN_MS = {row.fault: row.hold_ms for row in ROWS}


class Case(NamedTuple):
    fault: str
    begin: Callable[[World], None]


def draws(factor: float) -> Callable[[World], None]:
    def begin(world: World) -> None:
        world.car.over_draw = factor

    return begin


def switched(name: str) -> Callable[[World], None]:
    return lambda world: world.fault(name, True)


CASES = (
    Case("over_current", draws(1.4)), Case("over_current_fast", draws(1.9)), Case("clipped", switched("sensor_dead")),
    Case("over_temperature", switched("over_temperature")), Case("feedback_missing", switched("stuck_open")),
    Case("sensor_stall", switched("sample_stall")),
)


def charging(bench_of: Callable[..., Bench], **options: Any) -> Bench:
    """4,000 W: 17.4 A."""
    bench = bench_of(4000, presence="none", rated_current_ma=RATED_MA, **options)
    bench.charge("s1")
    bench.until(lambda: bench.world.relay.contact)
    bench.run(2000)
    return bench


def opened_after_ms(bench: Bench, case: Case) -> float:
    """From the fault's beginning to the contact's opening; of a contact that fell by itself, to the coil's."""
    begun_ms = bench.world.now_ms
    case.begin(bench.world)
    bench.until(lambda: not bench.world.relay.coil)
    coil_ms = bench.world.now_ms
    bench.until(lambda: not bench.world.relay.contact)
    assert bench.engine.faults == [case.fault]
    (edge,) = [edge for edge in bench.world.relay.edges if not edge.closed]
    return (coil_ms if case.fault == "feedback_missing" else edge.at_ms) - begun_ms


def worst_ms() -> float:
    """Of all cases, wherever in a window they begin."""
    return max(_late_ms(case, phase_ms) for case in CASES for phase_ms in PHASES_MS)


def _late_ms(case: Case, phase_ms: int) -> float:
    with tempfile.TemporaryDirectory() as folder:

        def bench_of(watts: int, **options: Any) -> Bench:
            bench = Bench(Path(folder), load=load_of(f"constant:{watts}", Mains()), **options)
            bench.until_registered()
            return bench

        bench = charging(bench_of)
        bench.run(phase_ms)
        return opened_after_ms(bench, case) - OWN_MS[case.fault]
