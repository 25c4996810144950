"""A bridge whose own clock is wrong: boards, commands and stamps go by the log's, which it hears with each ack."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from wire.frame import Decoder, parse
from wire.kinds import CP
from wire.seal import CRC32

from bridge.counters import Counters
from bridge.decisions import Message
from bridge.lines.framed import FramedLine
from bridge.lines.tcp import BOARDS
from bridge.peer import Peer
from bridge.switchboard import Switchboard, until
from bridge.tests.bench import LIMITS, Bench, command, open_log
from bridge.tests.boards import Board, Socket
from eventlog.clock import LogClock, wall_ms
from eventlog.embedded.log import EmbeddedLog
from tools.testing.deadlines import DEADLINE_S

HOUR_MS = 3_600_000
OFF_MS = [HOUR_MS, -HOUR_MS, 24 * HOUR_MS, -24 * HOUR_MS]
TTL_MS = int(2 * DEADLINE_S * 1_000)  # far less than an hour, and more than a test takes
off = pytest.mark.parametrize("off_ms", OFF_MS, ids=["hour ahead", "hour behind", "day ahead", "day behind"])


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    opened = open_log(tmp_path / "log.db")
    yield opened
    opened.close()


def start(seq: int, expires_at_ms: int) -> Message:
    own: Message = {"type": "start_charge", "message_id": f"c{seq}", "cp_id": "cp_001", "session_id": "s1"}
    return own | {"seq": seq, "expires_at_ms": expires_at_ms}


def is_now(stamp_ms: object) -> bool:
    return isinstance(stamp_ms, int) and abs(stamp_ms - wall_ms()) < TTL_MS


@off
def test_command_reaches_the_board_within_its_life_and_never_after_it(
    log: EmbeddedLog, off_ms: int, caplog: pytest.LogCaptureFixture
):
    with Bench(log, host_ahead_ms=off_ms) as bench, Board(Socket(bench.tcp_port), "cp_001") as board:
        board.register()
        bench.accept("cp_001")
        assert is_now(board.wait_heard("register_response")["server_time_ms"])
        board.say(board.heartbeat())
        assert is_now(board.wait_heard("heartbeat_response")["server_time_ms"])
        command(log, start(1, wall_ms() - 1_000))
        command(log, start(2, wall_ms() + TTL_MS))
        heard = board.wait_heard("start_charge")
        assert heard["seq"] == 2
        assert is_now(heard["expires_at_ms"])
        ttl_ms = heard["ttl_ms"]
        assert isinstance(ttl_ms, int)
        assert 0 < ttl_ms < TTL_MS + 1_000  # the log's clock, as heard with an ack, is a little behind
    assert bench.counters["commands_expired"] == 1
    (warning,) = [each for each in caplog.records if "came too late" in each.getMessage()]
    assert warning.levelname == "WARNING"
    assert "start_charge to cp_001" in warning.getMessage()


@off
def test_clock_unlike_the_log_s_is_told_once(log: EmbeddedLog, off_ms: int, caplog: pytest.LogCaptureFixture):
    with Bench(log, host_ahead_ms=off_ms) as bench, Board(Socket(bench.tcp_port), "cp_001") as board:
        board.register()
        board.say(board.checkpoint())
        board.wait_acked(2)
    (warning,) = [each for each in caplog.records if "this host's clock" in each.getMessage()]
    side = "ahead of" if off_ms > 0 else "behind"
    assert f"is {abs(off_ms) // 1_000} s {side} the log's" in warning.getMessage()


@off
def test_stamp_of_a_board_without_a_clock_is_the_log_s(log: EmbeddedLog, off_ms: int):
    with Bench(log, host_ahead_ms=off_ms) as bench, Board(Socket(bench.tcp_port), "cp_001") as board:
        board.register()  # the bridge knows the log's time from here on
        board.say(board.registration(uptime_ms=50_000, boot=1))
        board.say(board.checkpoint() | {"uptime_ms": 40_000, "boot": 1})
        board.wait_acked(3)
        (checkpoint,) = bench.wait_messages(CP, "meter_checkpoint")
        assert is_now(checkpoint["occurred_at_ms"])


def test_before_the_log_has_told_its_time_nothing_is_stamped(log: EmbeddedLog):
    with Bench(log, host_ahead_ms=HOUR_MS) as bench, Board(Socket(bench.tcp_port), "cp_001") as board:
        board.say(board.registration(uptime_ms=50_000, boot=1))
        (registration,) = bench.wait_messages(CP, "register_request")
        assert "occurred_at_ms" not in registration


@off
def test_bridge_that_starts_reads_the_commands_of_the_last_ttl_by_the_log_s_stamps(log: EmbeddedLog, off_ms: int):
    command(log, start(1, wall_ms() + TTL_MS))
    with Bench(log, host_ahead_ms=off_ms) as bench:
        bench.wait_counted("commands_elsewhere" if off_ms < 0 else "commands_expired")


class Clogged:
    """Carries a line whose other end reads nothing until it is told to."""

    line: FramedLine
    written = b""
    aborted = False

    def write(self, data: bytes) -> None:
        self.written += data
        self.line.clogged()

    def read_on(self, wanted: bool, /) -> None: ...

    def close(self) -> None: ...

    def abort(self) -> None:
        self.aborted = True


class Nobody:
    def admit(self, line: Peer) -> bool:
        del line
        return True

    def hear(self, line: Peer, payload: bytes) -> None: ...

    def closed(self, line: Peer, reason: str) -> None: ...


async def hold(held_ms: int, ttls_ms: list[int], counters: Counters) -> list[Message]:
    """What a line writes of commands with these ttls after it was held up for so long."""
    carrier = Clogged()
    line = carrier.line = FramedLine("memory", "", BOARDS.kind, CRC32, carrier, Nobody(), counters)
    line.send({"type": "keepalive"})
    sent_at_s = time.monotonic()
    for ttl_ms in ttls_ms:
        line.send(start(1, wall_ms() + ttl_ms) | {"ttl_ms": ttl_ms})
    await until(lambda: time.monotonic() - sent_at_s > held_ms / 1_000, DEADLINE_S)
    for _ in range(len(ttls_ms)):
        line.unclogged()
    return [parse(payload) for payload in Decoder(CRC32).feed(carrier.written)][1:]


async def stick(log: EmbeddedLog, ttls_ms: list[int], counters: Counters) -> list[bool]:
    """For lines that took a command with such a ttl, and whose other end reads nothing: whether each was cut off."""
    switchboard = Switchboard(log, counters, LIMITS, LogClock())
    carriers = [Clogged() for _ in ttls_ms]
    for carrier, ttl_ms in zip(carriers, ttls_ms, strict=True):
        carrier.line = FramedLine("memory", "", BOARDS.kind, CRC32, carrier, switchboard, counters)
        assert switchboard.admit(carrier.line)
        carrier.line.send(start(1, wall_ms() + ttl_ms) | {"ttl_ms": ttl_ms})
    began_s = time.monotonic()
    await until(lambda: time.monotonic() - began_s > 0.1, DEADLINE_S)
    switchboard.sweep()
    return [carrier.aborted for carrier in carriers]


def test_line_that_cannot_write_a_command_before_it_expires_is_cut_off(log: EmbeddedLog):
    counters = Counters()
    assert asyncio.run(stick(log, [50, 60_000], counters)) == [True, False]
    assert counters["lines_clogged"] == 1


def test_ttl_ages_while_a_line_holds_a_command_back():
    counters = Counters()
    (heard,) = asyncio.run(hold(100, [50, 60_000], counters))
    ttl_ms = heard["ttl_ms"]
    assert isinstance(ttl_ms, int)
    assert 0 < ttl_ms <= 60_000 - 100
    assert counters["commands_expired"] == 1
