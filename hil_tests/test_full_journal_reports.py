"""What found no room in the journal is said once there is room, without a reconnection."""

from pathlib import Path
from typing import Any

import pytest
from wire.ids import WINDOW

from hil_tests.benches.virtual import Bench

HEALTH_MS = 1_000
QUICK: dict[str, Any] = {
    "retry_slow_ms": 1_000, "health_interval_ms": HEALTH_MS, "engine_silent_ms": 3_000, "keepalive_ms": 500,
    "link_lost_ms": 2_000, "step_ms": 20,
}


class Reporting:
    """A split bench: its monitor's journal can be made full, and is emptied by Central's acks alone."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder, split=True, **QUICK)
        self.bench.until_registered()
        self.bench.run(1_000)
        self.journal = self.bench.boards["monitor"].journal

    def fill(self) -> None:
        """With what Central does not ack; all that is left is for registrations."""
        self.bench.bridge.acks = False
        while self.journal.append("charge_started", {"cp_id": "cp_1", "session_id": "s", "register_wh": 1,
                                                     "meter_id": "m"}, {}) is not None:
            pass
        assert self.journal.span() < WINDOW

    def empty(self) -> None:
        """Without a reconnection."""
        connection = self.bench.bridge_cable.answerer.generation
        self.bench.bridge.acks = True
        self.bench.until(lambda: not self.journal.entries)
        self.bench.run(2 * HEALTH_MS)
        assert self.bench.bridge_cable.answerer.generation == connection

    def faults(self) -> list[tuple[str, str]]:
        """(kind, fault) of each that was taken, by its number."""
        kinds = ("fault_notification", "recovery_notification")
        return [(str(m["type"]), str(m["fault"])) for m in self.bench.bridge.taken.values() if m["type"] in kinds]


@pytest.fixture
def reporting(tmp_path: Path) -> Reporting:
    return Reporting(tmp_path)


def test_recovery_of_the_link_to_central(reporting: Reporting):
    bench = reporting.bench
    bench.bridge_cable.plugged = False
    bench.bridge_cable.cut()
    bench.until(lambda: any(entry.kind == "fault_notification" for entry in reporting.journal.entries))
    reporting.fill()
    bench.bridge_cable.plugged = True
    bench.run(10_000)
    assert reporting.faults() == []
    reporting.empty()
    assert reporting.faults() == [
        ("fault_notification", "central_unreachable"), ("recovery_notification", "central_unreachable"),
    ]


def test_engine_s_silence_and_its_end(reporting: Reporting):
    bench = reporting.bench
    bench.power_off("engine")
    reporting.fill()
    bench.run(10_000)
    reporting.bench.bridge.acks = True
    bench.until(lambda: ("fault_notification", "engine_silent") in reporting.faults())
    reporting.fill()
    bench.power_on("engine")
    bench.run(10_000)
    assert reporting.faults() == [("fault_notification", "engine_silent")]
    bench.bridge.acks = True
    bench.until(lambda: ("recovery_notification", "engine_silent") in reporting.faults())


def test_fault_of_the_engine_and_its_end(reporting: Reporting):
    bench, fault = reporting.bench, "weld"  # it is latched, so that no window ends it
    protection = bench.engine._guard  # pyright: ignore[reportPrivateUsage]  # no car shows a fault at a wish
    reporting.fill()
    protection.faults.append(fault)
    bench.run(5_000)
    reporting.empty()
    assert reporting.faults() == [("fault_notification", fault)]
    reporting.fill()
    protection.faults.clear()
    bench.run(5_000)
    reporting.empty()
    assert reporting.faults() == [("fault_notification", fault), ("recovery_notification", fault)]


def test_fault_that_came_and_went_unsaid_is_not_said(reporting: Reporting):
    protection = reporting.bench.engine._guard  # pyright: ignore[reportPrivateUsage]  # see above
    reporting.fill()
    protection.faults.append("weld")
    reporting.bench.run(5_000)
    protection.faults.clear()
    reporting.bench.run(5_000)
    reporting.empty()
    assert reporting.faults() == []


def test_state_and_the_car(reporting: Reporting):
    bench = reporting.bench
    reporting.fill()
    bench.world.car.unplug()
    bench.run(5_000)
    bench.charge("s1")
    bench.run(5_000)
    reporting.empty()
    status = bench.bridge.of("status_notification")[-1]
    assert (status["state"], status["vehicle"], status["session_id"]) == ("authorized", "absent", "s1")
