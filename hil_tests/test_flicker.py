"""A contact that flickers: what it says counts once it has lasted, and neither flash nor log pays for it."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from chargepoint.delivery.storage import Storage
from chargepoint.engine.presence import SETTLED_MS, Contact
from chargepoint.monitor.reports import FLICKER_EACH_MS, STATUS_EACH_MS

from hil_tests.benches.virtual import Bench

MINUTE_MS = 60_000


class Wear:
    """Counts the files that are written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.files: list[str] = []
        write = Storage.write

        def counted(storage: Storage, name: str, payload: bytes) -> None:
            self.files.append(name)
            write(storage, name, payload)

        monkeypatch.setattr(Storage, "write", counted)

    def in_a_minute_of(self, bench: Bench, half_period_ms: int) -> int:
        """How many, while the contact moves each half period."""
        before = len(self.files)
        until_ms = bench.clock.ms + MINUTE_MS
        while bench.clock.ms < until_ms:
            (bench.world.car.unplug if bench.world.car.plugged else bench.world.car.plug)()
            bench.run(half_period_ms)
        return len(self.files) - before


@pytest.fixture
def wear(monkeypatch: pytest.MonkeyPatch) -> Wear:
    return Wear(monkeypatch)


def settled(bench: Bench) -> None:
    bench.run(2 * MINUTE_MS)
    assert bench.engine.vehicle() == "present"


def statuses(bench: Bench) -> list[dict[str, Any]]:
    return bench.bridge.of("status_notification")


@pytest.mark.parametrize("half_period_ms", [40, 200, 400])
def test_contact_that_flickers_faster_than_half_a_second_costs_nothing(
    bench_of: Callable[..., Bench], wear: Wear, half_period_ms: int
):
    bench = bench_of()
    settled(bench)
    told = len(statuses(bench))
    assert wear.in_a_minute_of(bench, half_period_ms) == 0
    assert len(statuses(bench)) == told


def test_contact_that_moves_slowly_costs_less_and_less(bench_of: Callable[..., Bench], wear: Wear):
    bench = bench_of()
    settled(bench)
    first = wear.in_a_minute_of(bench, 1500)
    later = wear.in_a_minute_of(bench, 1500)
    assert 1 <= first <= 8
    assert later <= 2 * MINUTE_MS // FLICKER_EACH_MS, "two files each: the message, and the mark of the acked one"
    bench.world.car.unplug()
    bench.run(FLICKER_EACH_MS + 2000)
    assert statuses(bench)[-1]["vehicle"] == "absent", "the newest is told in the end"
    bench.run(2 * MINUTE_MS)
    bench.world.car.plug()
    bench.run(2000)
    assert statuses(bench)[-1]["vehicle"] == "present", "after a calm minute at once again"


def test_a_contact_that_flickers_ends_no_charge(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.until(lambda: bench.engine.state == "charging")
    for _ in range(50):
        bench.world.car.unplug()
        bench.run(200)
        bench.world.car.plug()
        bench.run(300)
    assert bench.engine.state == "charging"
    bench.world.car.unplug()
    bench.run(SETTLED_MS + 500)
    assert bench.engine.state == "idle"
    assert bench.completion()["reason"] == "vehicle"


def test_states_are_told_at_most_once_a_second_and_the_newest(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.run(5000)
    bench.charge("s1")
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.run(5000)
    told = [status["occurred_at_ms"] for status in statuses(bench) if "occurred_at_ms" in status]
    assert len(told) >= 2
    assert all(later - earlier >= STATUS_EACH_MS for earlier, later in itertools.pairwise(told))
    assert statuses(bench)[-1]["state"] == "idle"


def test_contact_counts_once_it_has_lasted():
    contact = Contact(0)
    contact.sense("present", 100)
    for _ in range(SETTLED_MS // 100 - 1):
        contact.sense("present", 100)
        assert not contact.ready()
    contact.sense("absent", 100)
    contact.sense("present", 100)
    for _ in range(SETTLED_MS // 100):
        assert not contact.ready()
        contact.sense("present", 100)
    assert contact.ready()
    contact.sense("absent", 100)
    assert contact.ready()
    contact.sense("absent", SETTLED_MS)
    assert contact.over(0, 100)
    contact.sense("unknown", 0)
    assert contact.vehicle == "unknown"
