"""What lies on flash at the moment when the relay's pin goes up: a power cut there must not let a session run twice."""

from collections.abc import Callable
from typing import Any

import pytest
from chargepoint.delivery.storage import Storage

from hil_tests.benches.virtual import Bench


@pytest.mark.parametrize("presence", ["contact", "none"])
def test_session_is_on_flash_before_the_relay_closes(
    bench_of: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, presence: str
):
    bench = bench_of(presence=presence)
    platform = bench.boards["both"].platform
    set_relay = platform.relay
    found: list[tuple[Any, Any]] = []

    def watched(closed: bool) -> None:
        if closed:
            flash = Storage(platform.state_dir)
            found.append((flash.read_record("memory"), flash.read_record("checkpoint")))
        set_relay(closed)

    monkeypatch.setattr(platform, "relay", watched)
    bench.charge("s1")
    bench.until(lambda: bench.world.relay.contact)
    assert len(found) == 1
    memory, checkpoint = found[0]
    assert "s1" in memory["sessions"], "a start that is repeated after a power cut would run again"
    assert (checkpoint["session"]["id"], checkpoint["session"]["closed"]) == ("s1", True), "nobody would bill it"
    assert checkpoint["relay_operations"] == 1
