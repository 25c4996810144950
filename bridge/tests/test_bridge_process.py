"""The bridge as a process of its own: its start, its end, and its death."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from wire import ids
from wire.frame import parse
from wire.kinds import CP

from bridge.tests.bench import Bench, answer_link, messages, open_log, records, refusing
from bridge.tests.boards import EPOCH, Board, Socket
from tools.services.ports import free_port, is_listening
from tools.services.process import ChildProcess, wait_for
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[2]


class BridgeProcess:
    def __init__(self, folder: Path, **environment: str) -> None:
        own = {"LISTEN_PORT": "0", "LISTEN_HOST": "127.0.0.1", "LOG_PATH": str(folder / "log.db")}
        paths = os.pathsep.join([str(ROOT), str(ROOT / "firmware")])
        self.process = ChildProcess(
            "bridge",
            [sys.executable, "-m", "bridge.main"],
            folder / "bridge.log",
            {"PYTHONPATH": paths} | own | environment,
            folder,
        )

    def start(self) -> None:
        self.process.start()

    def ready_port(self) -> int:
        """The TCP port of this run's ready line."""
        return int(self.process.wait_said(r" ready tcp=127\.0\.0\.1:(\d+)", DEADLINE_S)[1])


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[BridgeProcess]:
    made = BridgeProcess(tmp_path)
    yield made
    made.process.stop()


def logged(folder: Path, board: Board) -> set[int]:
    log = open_log(folder / "log.db")
    found: set[int] = set()
    for record in records(log, CP):
        parsed = ids.parse(str(parse(record.value).get("message_id")))
        if parsed is not None and parsed[:2] == (board.board, EPOCH) and parsed[2] is not None:
            found.add(parsed[2])
    log.close()
    return found


def stream_until_acked(board: Board, count: int) -> None:
    """Keeps up to a window of checkpoints on the way until so many are acked."""
    while len(board.acked) < count:
        for _ in range(ids.WINDOW // 2):
            board.say(board.checkpoint())
        board.wait(lambda: board.n - len(board.acked) < ids.WINDOW // 2, "acks")


def kill_in_mid_stream(bridge: BridgeProcess, board: Board) -> None:
    for _ in range(ids.WINDOW):
        board.say(board.checkpoint())
    bridge.process.kill()
    while not board.ended:
        board.listen(DEADLINE_S)


def test_everything_acked_before_a_kill_in_mid_stream_is_in_the_log(bridge: BridgeProcess, tmp_path: Path):
    bridge.start()
    board = Board(Socket(bridge.ready_port()), "cp_001")
    board.register()
    for round_number in range(1, 4):
        stream_until_acked(board, 300 * round_number)
        kill_in_mid_stream(bridge, board)
        assert logged(tmp_path, board) >= board.acked
        board.stream.close()
        bridge.start()
        board = board.moved_to(Socket(bridge.ready_port()))
        unacked = sorted(set(range(1, board.n + 1)) - board.acked)
        board.say(board.registration())
        for n in unacked:
            board.say(board.checkpoint(n=n))
        board.wait_acked(*unacked, board.n)
    assert logged(tmp_path, board) == set(range(1, board.n + 1))


def test_sigterm_says_link_down_and_ends_cleanly(bridge: BridgeProcess, tmp_path: Path):
    bridge.start()
    with Board(Socket(bridge.ready_port()), "cp_001") as board:
        board.register()
        bridge.process.send_signal(signal.SIGTERM)
        assert bridge.process.wait_ended(DEADLINE_S) == 0
        board.wait_ended()
    log = open_log(tmp_path / "log.db")
    ups, downs = messages(log, CP, "link_up"), messages(log, CP, "link_down")
    assert [each["link_id"] for each in ups] == [each["link_id"] for each in downs]
    log.close()
    assert "Traceback" not in bridge.process.said()


def test_bridge_waits_for_a_log_that_cannot_be_had_yet_and_says_so_once(tmp_path: Path):
    waiting = "bridge __main__ waiting for the log"
    open_log(tmp_path / "log.db").close()
    bridge = BridgeProcess(tmp_path, DEBUG_MODE="true")
    try:
        with refusing(tmp_path / "log.db"):
            bridge.start()
            bridge.process.wait_said(f"(?s)DEBUG {waiting}.*DEBUG {waiting}", DEADLINE_S)
        with Board(Socket(bridge.ready_port()), "cp_001") as board:
            board.register()
    finally:
        bridge.process.stop()
    (warning,) = [line for line in bridge.process.said().splitlines() if "WARNING" in line]
    assert f"waiting for the log: the embedded log {tmp_path / 'log.db'}" in warning


def test_file_that_is_no_log_ends_the_bridge_with_one_line_and_is_left_alone(tmp_path: Path):
    content = b"SQLite format 3\0" + b"nothing of the kind" * 300
    (tmp_path / "log.db").write_bytes(content)
    bridge = BridgeProcess(tmp_path)
    bridge.start()
    assert bridge.process.wait_ended(DEADLINE_S) == 1
    assert "log.db is the SQLite file of something else; name a file" in bridge.process.said()
    assert "Traceback" not in bridge.process.said()
    assert (tmp_path / "log.db").read_bytes() == content


def test_port_in_use_ends_the_bridge_with_one_line(tmp_path: Path):
    log = open_log(tmp_path / "log.db")
    with Bench(log) as bench:
        bridge = BridgeProcess(tmp_path, LISTEN_PORT=str(bench.tcp_port))
        bridge.start()
        assert bridge.process.wait_ended(DEADLINE_S) == 1
        assert "cannot listen" in bridge.process.said()
        assert "Traceback" not in bridge.process.said()
    log.close()


def test_plain_port_is_on_loopback_and_counters_are_logged_on_request(tmp_path: Path):
    port = free_port()
    bridge = BridgeProcess(tmp_path, PLAIN_PORT=str(port), LISTEN_HOST="0.0.0.0")
    bridge.start()
    try:
        bridge.process.wait_said(f"plain=127.0.0.1:{port}", DEADLINE_S)
        assert is_listening(port)
        with Board(Socket(port), "cp_001", seal=None) as hand:
            hand.stream.send(b"what?\n")
            hand.wait_heard("error_response")
        bridge.process.send_signal(signal.SIGUSR1)
        bridge.process.wait_said("refused_not_json=1", DEADLINE_S)
    finally:
        bridge.process.stop()


def test_start_after_the_commands_finds_what_is_younger_than_their_life(bridge: BridgeProcess, tmp_path: Path):
    """Central has answered while no bridge ran: the answer to a link of another bridge is for nobody here."""
    log = open_log(tmp_path / "log.db")
    answer_link(log, {"cp_id": "cp_001", "link_id": "of-another-bridge"})
    bridge.start()
    with Board(Socket(bridge.ready_port()), "cp_001") as board:
        board.register()
        (link_up,) = wait_for(lambda: messages(log, CP, "link_up"), DEADLINE_S, "link_up")
        answer_link(log, link_up)
        assert board.wait_heard("register_response")["link_id"] == link_up["link_id"]
    log.close()
