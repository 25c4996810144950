"""A running bridge on TCP and a real log: acks, links, commands, and what one line may cost the others."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from wire.frame import payload_of
from wire.kinds import COMMANDS, CP, TELEMETRY

from bridge.tests.bench import Bench, answer_link, command, messages, open_log, records
from bridge.tests.boards import EPOCH, Board, Socket
from eventlog.embedded.log import EmbeddedLog
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    opened = open_log(tmp_path / "log.db")
    yield opened
    opened.close()


@pytest.fixture
def bench(log: EmbeddedLog) -> Iterator[Bench]:
    with Bench(log) as running:
        yield running


def board_at(bench: Bench, cp_id: str = "cp_001", board: str | None = None) -> Board:
    return Board(Socket(bench.tcp_port), cp_id, board)


def accepted_board(bench: Bench, cp_id: str = "cp_001", board: str | None = None, links: int = 1) -> Board:
    """A board that Central has accepted; `links`: how many link_ups its charge point will have had."""
    made = board_at(bench, cp_id, board)
    made.register()
    bench.accept(cp_id, links)
    made.wait_heard("register_response")
    return made


def start_charge(cp_id: str = "cp_001", **fields: object) -> dict[str, object]:
    message: dict[str, object] = {"type": "start_charge", "message_id": "c1", "cp_id": cp_id, "seq": 1}
    return message | {"session_id": "s1"} | fields


def test_each_reliable_message_is_acked_by_its_number_and_lies_in_the_log(bench: Bench):
    with board_at(bench) as board:
        board.register()
        for register_wh in range(200):
            board.say(board.checkpoint(register_wh))
        board.wait_acked(*range(1, 202))
        logged = messages(bench.log, CP, "meter_checkpoint")
        assert [each["register_wh"] for each in logged] == list(range(200))
        assert all(record.headers == {"by": b"bridge"} for record in records(bench.log, CP))
        assert len(board.of_kind("ack")) < 200, "acks of one turn travel together"


def test_ids_that_are_no_boards_are_acked_as_they_came(bench: Bench):
    with board_at(bench) as board:
        for count in range(20):
            board.say(board.registration() | {"message_id": f"uuid-{count}"})
        board.wait(lambda: len(board.acked_ids) == 20, "20 acks by id")
        assert board.acked_ids == {f"uuid-{count}" for count in range(20)}


def test_link_up_follows_the_registration_and_names_it(bench: Bench):
    with board_at(bench) as board:
        board.register()
        link_up = bench.link_of("cp_001")
        assert link_up["registration"] == f"{board.board}.{EPOCH}.1"
        assert link_up["board"] == board.board
        kinds = [message["type"] for message in messages(bench.log, CP, "register_request", "link_up", "link_down")]
        assert kinds == ["register_request", "link_up"]
    (link_down,) = bench.wait_messages(CP, "link_down")
    assert (link_down["cp_id"], link_down["link_id"]) == ("cp_001", link_up["link_id"])


def test_registration_said_twice_opens_the_new_link_before_it_ends_the_old(bench: Bench):
    with board_at(bench) as board:
        board.register()
        first = bench.link_of("cp_001")
        board.say(board.registration())
        second = bench.link_of("cp_001", 2)
        (link_down,) = bench.wait_messages(CP, "link_down")
        assert link_down["link_id"] == first["link_id"] != second["link_id"]
        kinds = [message["type"] for message in messages(bench.log, CP, "link_up", "link_down")]
        assert kinds == ["link_up", "link_up", "link_down"]


def test_register_response_reaches_its_own_link_with_the_time_the_boot_and_the_intervals(bench: Bench):
    with accepted_board(bench) as board, board_at(bench, "cp_002") as other:
        other.register()
        response = board.wait_heard("register_response")
        board.say(board.heartbeat())
        heartbeat_response = board.wait_heard("heartbeat_response")
        assert response["boot_id"] == heartbeat_response["boot_id"]
        assert (response["heartbeat_interval_ms"], response["health_interval_ms"]) == (30_000, 20_000)
        sent, answered = response["server_time_ms"], heartbeat_response["server_time_ms"]
        assert isinstance(sent, int)
        assert isinstance(answered, int)
        assert 0 <= answered - sent < 60_000
        assert heartbeat_response["message_id"] == f"{board.board}.{EPOCH}.t1"
        assert not other.of_kind("register_response")


def test_command_waits_for_acceptance_and_then_goes_to_the_one_line(bench: Bench):
    with board_at(bench) as board, accepted_board(bench, "cp_002") as other:
        board.register()
        command(bench.log, start_charge())
        bench.wait_counted("commands_elsewhere")
        bench.accept("cp_001")
        command(bench.log, start_charge(seq=2))
        assert board.wait_heard("start_charge")["seq"] == 2
        assert not other.of_kind("start_charge")


def test_command_reads_ttl_on_the_line_and_an_expired_one_is_dropped(bench: Bench):
    with accepted_board(bench) as board:
        command(bench.log, start_charge(expires_at_ms=1_600_000_000_000))
        bench.wait_counted("commands_expired")
        command(bench.log, start_charge(seq=2, expires_at_ms=4_000_000_000_000))
        heard = board.wait_heard("start_charge")
        assert heard["seq"] == 2
        assert heard["expires_at_ms"] == 4_000_000_000_000
        ttl_ms = heard["ttl_ms"]
        assert isinstance(ttl_ms, int)
        assert ttl_ms > 0


@pytest.mark.parametrize("by", [b"bridge", b"api", b"operator", b""])
def test_nobody_but_the_folds_commands_a_board(bench: Bench, by: bytes):
    with accepted_board(bench) as board:
        command(bench.log, start_charge(), by=by)
        bench.wait_counted("commands_bad")
        board.say(board.heartbeat())
        board.wait_heard("heartbeat_response")
        assert not board.of_kind("start_charge")


def test_refused_board_hears_why_and_its_line_closes(bench: Bench):
    with board_at(bench) as board:
        board.register()
        answer_link(bench.log, bench.link_of("cp_001"), accepted=False, reason="not_bound")
        assert board.wait_heard("register_response")["reason"] == "not_bound"
        board.wait_ended()
        bench.wait_messages(CP, "link_down")
        assert bench.counters["links_refused"] == 1


def test_second_line_takes_over_once_it_is_accepted_and_the_first_closes(bench: Bench):
    with accepted_board(bench) as first, board_at(bench, board="other") as second:
        first_link = bench.link_of("cp_001")
        second.register()
        command(bench.log, start_charge())
        first.wait_heard("start_charge")
        bench.accept("cp_001", 2)
        first.wait_ended()
        second.wait_heard("register_response")
        command(bench.log, start_charge(seq=2))
        assert second.wait_heard("start_charge")["seq"] == 2
        (link_down,) = bench.wait_messages(CP, "link_down")
        assert (link_down["link_id"], link_down["reason"]) == (first_link["link_id"], "replaced")


def test_answer_to_an_ended_link_said_again_ends_nothing(bench: Bench):
    with accepted_board(bench) as board:
        first = bench.link_of("cp_001")
        board.say(board.registration())
        bench.accept("cp_001", 2)
        board.wait_heard("register_response", 2)
        answer_link(bench.log, first)
        command(bench.log, start_charge())
        board.wait_heard("start_charge")
        assert bench.counters["links_replaced"] == 0


def test_two_bridges_on_one_log_send_a_command_only_where_the_board_is(log: EmbeddedLog):
    with Bench(log) as one, Bench(log) as two, accepted_board(one) as board:
        with accepted_board(two, "cp_002") as other:
            command(log, start_charge())
            command(log, start_charge("cp_002"))
            assert board.wait_heard("start_charge")["cp_id"] == "cp_001"
            assert other.wait_heard("start_charge")["cp_id"] == "cp_002"
        with accepted_board(two, "cp_001", links=2) as moved:
            board.wait_ended()
            command(log, start_charge(seq=2))
            assert moved.wait_heard("start_charge")["seq"] == 2


def test_three_hundred_boards_at_once_are_all_registered_and_acked(bench: Bench):
    boards = [board_at(bench, f"cp_{number:03d}") for number in range(300)]
    together = threading.Barrier(4)

    def register(part: list[Board]) -> None:
        together.wait()
        for board in part:
            board.say(board.registration())
        for board in part:
            board.wait_acked(1)

    threads = [threading.Thread(target=register, args=(boards[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    links = bench.wait_messages(CP, "link_up", count=300)
    assert {link["cp_id"] for link in links} == {board.cp_id for board in boards}
    for link in links:
        answer_link(bench.log, link)
    for board in boards:
        assert board.wait_heard("register_response")["cp_id"] == board.cp_id
        board.stream.close()
    bench.wait_messages(CP, "link_down", count=300)


def test_command_that_makes_no_line_is_counted_and_the_next_one_goes_out(bench: Bench):
    with accepted_board(bench) as board:
        for unfit in ("x" * 2_000, "nested"):
            message = start_charge(note=unfit)
            value = payload_of(message).replace(b'"nested"', b"[" * 900 + b"]" * 900)
            bench.log.append(COMMANDS, "cp_001", value, {"by": b"worker"})
        command(bench.log, start_charge(seq=2))
        assert board.wait_heard("start_charge")["seq"] == 2
        assert (bench.counters["unsendable"], bench.counters["commands_bad"]) == (1, 1)


def test_line_that_never_reads_is_cut_off_and_the_others_notice_nothing(bench: Bench):
    deaf_stream = Socket(bench.tcp_port, receive_buffer_bytes=4_096)
    with accepted_board(bench, "cp_002") as good, Board(deaf_stream, "cp_001") as deaf:

        def pour() -> bool:
            try:
                for _ in range(200):
                    deaf.say({"type": "no_such_kind", "message_id": "x" * 64})
            except OSError:
                return True
            return bench.counters["lines_clogged"] > 0

        wait_for(pour, DEADLINE_S, "the deaf line being cut off")
        bench.wait_counted("lines_clogged")
        good.say(good.checkpoint())
        good.wait_acked(2)


def test_silent_lines_and_silent_charge_points_end(log: EmbeddedLog):
    with Bench(log, silent_after_s=3.0) as bench, board_at(bench) as board, board_at(bench) as mute:
        board.register()
        bench.link_of("cp_001")
        board.wait_ended()
        mute.wait_ended()
        bench.wait_counted("lines_silent", 2)
        (link_down,) = bench.wait_messages(CP, "link_down")
        assert link_down["reason"] == "silent"


def test_more_lines_than_may_be_are_turned_away_and_the_others_stay(log: EmbeddedLog):
    with Bench(log, max_lines=2) as bench, board_at(bench) as one, board_at(bench, "cp_002") as two:
        one.register()
        two.register()
        with board_at(bench, "cp_003") as three:
            three.wait_ended()
        assert bench.counters["lines_refused"] == 1
        two.stream.close()
        wait_for(lambda: len(messages(log, CP, "link_down")) == 1, DEADLINE_S, "the second line's end")
        with board_at(bench, "cp_003") as three:
            three.register()
        one.say(one.checkpoint())
        one.wait_acked(2)


def test_end_of_the_bridge_acks_what_is_logged_and_says_link_down(log: EmbeddedLog):
    with Bench(log) as bench, board_at(bench) as board:
        board.register()
        bench.link_of("cp_001")
        board.say(board.checkpoint())
        wait_for(lambda: messages(log, CP, "meter_checkpoint"), DEADLINE_S, "the checkpoint in the log")
        bench.stop()
        board.wait_acked(2)
        board.wait_ended()
        (link_down,) = messages(log, CP, "link_down")
        assert link_down["reason"] == "bridge stopped"


def test_heartbeats_and_charging_data_lie_under_telemetry(bench: Bench):
    with board_at(bench) as board:
        board.register()
        board.say(board.heartbeat())
        board.wait_heard("heartbeat_response")
        (record,) = records(bench.log, TELEMETRY)
        assert record.key == "cp_001"
