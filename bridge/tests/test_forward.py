"""What the forwarder says of a log that takes some records and refuses others."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from wire.kinds import CP

from bridge.counters import Counters
from bridge.forward import Forwarder
from bridge.switchboard import until
from eventlog.clock import LogClock
from eventlog.embedded.log import EmbeddedLog
from tools.testing.deadlines import DEADLINE_S

BURSTS = 40


async def overload(log: EmbeddedLog, counters: Counters, calm_s: float) -> list[bool]:
    """Bursts of which the log has room for a part."""
    forwarder, settled = Forwarder(log, counters, LogClock(), calm_s), list[bool]()
    for number in range(BURSTS):
        for _ in range(6):
            forwarder.append(CP, "cp_001", b"{}", settled.append)
        await until(lambda expected=6 * (number + 1): len(settled) == expected, DEADLINE_S)
    return settled


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    opened = EmbeddedLog(tmp_path / "log.db", max_pending_records=3)
    opened.create_topics()
    yield opened
    opened.close()


@pytest.mark.parametrize(("calm_s", "said"), [(3_600.0, ["not acked"]), (0.0, ["not acked", "is back"])])
def test_overload_is_counted_by_the_record_and_said_once_until_the_log_is_calm(
    log: EmbeddedLog, caplog: pytest.LogCaptureFixture, calm_s: float, said: list[str]
):
    caplog.set_level("INFO", "bridge.forward")
    counters = Counters()
    settled = asyncio.run(overload(log, counters, calm_s))
    assert len(settled) == 6 * BURSTS
    assert (settled.count(True), settled.count(False)) == (counters["appended"], counters["append_failed"])
    lines = [record.getMessage() for record in caplog.records[: len(said)]]
    assert all(words in line for words, line in zip(said, lines, strict=True))
    if calm_s:
        assert len(caplog.records) == 1
