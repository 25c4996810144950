"""The log's clock, heard from stamps."""

from eventlog import Log
from eventlog.clock import LogClock, wall_ms
from tools.testing.deadlines import DEADLINE_S

NOW_MS = 1_800_000_000_000
HOUR_MS = 3_600_000


class Host:
    """A host's two clocks, set by hand."""

    def __init__(self) -> None:
        self.wall_ms = NOW_MS
        self.uptime_s = 100.0
        self.clock = LogClock(lambda: self.wall_ms, lambda: self.uptime_s)

    def passes(self, seconds: float) -> None:
        self.wall_ms += int(1_000 * seconds)
        self.uptime_s += seconds


def test_before_anything_is_heard_the_host_stands_for_the_log() -> None:
    host = Host()
    host.passes(2.0)
    assert host.clock.now_ms() == NOW_MS + 2_000
    assert host.clock.ahead_ms is None


def test_an_ack_sets_the_clock_either_way() -> None:
    host = Host()
    for apart_ms in (HOUR_MS, -HOUR_MS, 0):
        host.clock.acked(NOW_MS + apart_ms)
        assert host.clock.now_ms() == NOW_MS + apart_ms
        assert host.clock.ahead_ms == apart_ms


def test_between_acks_it_runs_on_though_the_host_is_set() -> None:
    host = Host()
    host.clock.acked(NOW_MS + HOUR_MS)
    host.wall_ms -= 25 * HOUR_MS
    host.uptime_s += 3.0
    assert host.clock.now_ms() == NOW_MS + HOUR_MS + 3_000


def test_what_is_read_only_shows_how_late_it_is_at_least() -> None:
    host = Host()
    host.clock.read([NOW_MS - HOUR_MS])
    assert (host.clock.now_ms(), host.clock.ahead_ms) == (NOW_MS, None)
    host.clock.read([NOW_MS + HOUR_MS, NOW_MS])
    assert (host.clock.now_ms(), host.clock.ahead_ms) == (NOW_MS + HOUR_MS, HOUR_MS)
    host.clock.acked(NOW_MS)
    assert (host.clock.now_ms(), host.clock.ahead_ms) == (NOW_MS, 0)


def test_after_an_ack_a_single_stamp_moves_nothing_and_three_in_a_row_do() -> None:
    host = Host()
    host.clock.acked(NOW_MS)
    host.clock.read([NOW_MS + HOUR_MS, NOW_MS, NOW_MS + HOUR_MS, NOW_MS + HOUR_MS])
    assert host.clock.now_ms() == NOW_MS
    assert host.clock.ahead_ms == HOUR_MS, "it is told all the same"
    host.clock.read([NOW_MS + HOUR_MS + 1])
    assert host.clock.now_ms() == NOW_MS + HOUR_MS + 1


def test_nothing_has_passed_before_an_ack_was_heard() -> None:
    """This host may be an hour ahead."""
    host = Host()
    assert not host.clock.has_passed(NOW_MS - HOUR_MS)
    host.clock.acked(NOW_MS)
    assert host.clock.has_passed(NOW_MS - 1)
    assert not host.clock.has_passed(NOW_MS)


def test_each_ack_carries_the_stamp_that_readers_see(log: Log) -> None:
    before_ms = wall_ms()
    placed = log.append("ev.cp", "cp_001", b"x").result(DEADLINE_S)
    reader = log.reader({("ev.cp", placed.partition): placed.offset})
    (record,) = reader.poll(1, DEADLINE_S)
    reader.close()
    assert record.timestamp_ms == placed.timestamp_ms
    assert abs(placed.timestamp_ms - before_ms) < 1_000 * DEADLINE_S
