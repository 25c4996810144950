"""The plain port: untagged lines typed by hand, as with nc."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from wire.kinds import CP, DRIVER

from bridge.tests.bench import Bench, messages, open_log, records
from bridge.tests.boards import Board, Socket
from tools.docs import by_hand
from tools.docs.by_hand import CHARGE, FAULT, HEALTH, RECOVERY, REGISTER
from tools.testing.deadlines import DEADLINE_S

Message = dict[str, object]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    log = open_log(tmp_path / "log.db")
    with Bench(log) as running:
        yield running
    log.close()


def netcat(port: int, typed: str) -> list[Message]:
    """Types it, ends the input, and reads until the other side ends: what `nc -N` does."""
    with socket.create_connection(("127.0.0.1", port), DEADLINE_S) as connection:
        connection.sendall(typed.encode())
        connection.shutdown(socket.SHUT_WR)
        heard = b"".join(iter(lambda: connection.recv(4_096), b""))
    return [json.loads(line) for line in heard.splitlines()]


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""], ids=["newline", "crlf", "no newline"])
@pytest.mark.parametrize(
    ("typed", "topic"),
    [(REGISTER, CP), (by_hand.DRIVER, DRIVER), (CHARGE, DRIVER), (FAULT, CP), (RECOVERY, CP)],
)
def test_message_to_the_letter_is_logged_and_acked_by_its_id(bench: Bench, typed: str, topic: str, ending: str):
    assert netcat(bench.plain_port, typed + ending) == [{"type": "ack", "message_id": ["uuid"]}]
    (record,) = [record for record in records(bench.log, topic) if b"link_id" not in record.value]
    assert json.loads(record.value) == json.loads(typed)
    assert record.headers == {"by": b"bridge"}


def test_health_check_of_nobody_is_offline(bench: Bench):
    (answer,) = netcat(bench.plain_port, HEALTH)
    assert (answer["type"], answer["code"], answer["message_id"]) == ("error_response", "offline", "uuid")


def test_health_check_is_answered_by_the_board_under_the_askers_id(bench: Bench):
    with Board(Socket(bench.tcp_port), "cp_001") as board, Board(Socket(bench.plain_port), "", seal=None) as asker:
        board.register()
        bench.accept("cp_001")
        board.wait_heard("register_response")
        asker.say(json.loads(HEALTH))
        asked = board.wait_heard("health_check_request")
        assert (asked["id"], asked["timestamp"]) == ("cp_001", 1234567890)
        answer: Message = {"type": "health_check_response", "message_id": asked["message_id"], "id": "cp_001"}
        answer |= {"state": "idle", "relay_closed": False, "faults": [], "meter_id": "m", "register_wh": 9}
        board.say(answer | {"vehicle": "absent"})
        assert asker.wait_heard("health_check_response") == answer | {"vehicle": "absent", "message_id": "uuid"}
        board.say(answer | {"vehicle": "absent"})  # a second time nobody waits for it
        bench.wait_counted("ignored")


def test_health_check_that_the_board_does_not_answer_is_offline(tmp_path: Path):
    log = open_log(tmp_path / "log.db")
    with Bench(log, health_answer_s=0.2) as bench, Board(Socket(bench.tcp_port), "cp_001") as board:
        board.register()
        bench.accept("cp_001")
        board.wait_heard("register_response")
        (answer,) = netcat(bench.plain_port, HEALTH)
        assert (answer["code"], answer["message_id"]) == ("offline", "uuid")
        board.wait_heard("health_check_request")
    log.close()


def test_bad_input_is_answered_and_nothing_is_logged(bench: Bench):
    typed = "hello\n{}\n[]\n" + json.dumps({"type": "heartbeat", "cp_id": "cp_001", "state": "idle"}) + "\n\n"
    answers = netcat(bench.plain_port, typed)
    assert [answer["code"] for answer in answers] == ["not_json", "unknown_type", "not_json", "not_registered"]
    assert not records(bench.log, CP)
    assert bench.counters["refused_not_json"] == 2


def test_registration_by_hand_opens_a_link_without_a_board(bench: Bench):
    with Board(Socket(bench.plain_port), "cp_001", seal=None) as hand:
        hand.say(json.loads(REGISTER))
        link_up = bench.accept("cp_001")
        assert "board" not in link_up
        assert link_up["registration"] == "uuid"
        assert hand.wait_heard("register_response")["accepted"] is True
    bench.wait_messages(CP, "link_down")


def test_tagged_lines_are_no_json_on_the_plain_port_and_plain_lines_nothing_on_the_tagged(bench: Bench):
    with Board(Socket(bench.plain_port), "cp_001") as tagged:
        tagged.say(tagged.registration())
        bench.wait_counted("refused_not_json")
    assert netcat(bench.tcp_port, REGISTER + "\n") == []
    assert bench.counters["lines_bad_tag"] == 1
    assert not messages(bench.log, CP, "register_request")
