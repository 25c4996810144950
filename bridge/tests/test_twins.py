"""Two boards with the id of one charge point are named and parted; a board that comes back again and again is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from wire.kinds import CP

from bridge.tests.bench import Bench, answer_link, messages, open_log
from bridge.tests.boards import Board, Socket
from bridge.twins import CALM_S, FAULT, PAUSE_FIRST_S, PAUSE_MAX_S, TAKEOVERS, WINDOW_S, Twins
from eventlog.embedded.log import EmbeddedLog

A, B = "board.aaaa.1", "board.bbbb.1"
Story = list[tuple[float, str, str]]  # seconds, loser, winner

TWINS: list[tuple[str, Story]] = [
    ("take turns", [(0, A, B), (1, B, A), (2, A, B)]),
    ("take turns slowly", [(0, A, B), (25, B, A), (50, A, B)]),
    ("cannot be told apart", [(second, A, A) for second in range(TAKEOVERS)]),
    ("one is at another bridge", [(second, A, "") for second in range(TAKEOVERS)]),
]
NO_TWINS: list[tuple[str, Story]] = [
    ("once", [(0, A, B)]),
    ("back and forth once", [(0, A, B), (1, B, A)]),
    ("a board that comes back", [(second, A, A) for second in range(TAKEOVERS - 1)]),
    ("a board that starts again and again", [(number, f"b.e.{number}", f"b.e.{number + 1}") for number in range(8)]),
    ("turns in different hours", [(3_600 * n, A, B) if n % 2 else (3_600 * n, B, A) for n in range(20)]),
]


def told(story: Story) -> list[bool]:
    twins = Twins()
    return [twins.took_over("cp_001", loser, winner, at_s) for at_s, loser, winner in story]


@pytest.mark.parametrize("story", [row[1] for row in TWINS], ids=[row[0] for row in TWINS])
def test_twins_are_named_at_the_takeover_that_shows_them(story: Story):
    assert told(story) == [False] * (len(story) - 1) + [True]


@pytest.mark.parametrize("story", [row[1] for row in NO_TWINS], ids=[row[0] for row in NO_TWINS])
def test_one_board_is_no_twin(story: Story):
    assert not any(told(story))


def test_pause_doubles_up_to_a_bound_while_they_go_on_and_ends_after_a_calm_time():
    twins, now_s = Twins(), 2.0
    for at_s, loser, winner in TWINS[0][1]:
        twins.took_over("cp_001", loser, winner, at_s)
    pauses: list[float] = []
    for _ in range(7):
        pauses.append(next(each for each in range(2_000) if not twins.refused("cp_001", now_s + each)))
        now_s += pauses[-1] + 1
        assert not twins.refused("cp_002", now_s)
        assert twins.took_over("cp_001", A, B, now_s)
    assert pauses == [min(PAUSE_FIRST_S * 2**number, PAUSE_MAX_S) for number in range(7)]
    assert twins.calmed(now_s + PAUSE_MAX_S + CALM_S) == []
    assert twins.calmed(now_s + PAUSE_MAX_S + CALM_S + 1) == ["cp_001"]
    assert twins.calmed(now_s + PAUSE_MAX_S + CALM_S + 1) == []
    assert not twins.took_over("cp_001", A, B, now_s + PAUSE_MAX_S + CALM_S + 2)


def test_one_that_keeps_the_id_is_let_in_within_two_minutes():
    twins, now_s = Twins(), 2.0
    for at_s, loser, winner in TWINS[0][1]:
        twins.took_over("cp_001", loser, winner, at_s)
    for _ in range(50):
        assert not twins.refused("cp_001", now_s + 120.0)
        now_s += 121.0
        assert twins.took_over("cp_001", A, B, now_s)


def test_what_was_no_twin_is_forgotten_without_a_word():
    twins = Twins()
    twins.took_over("cp_001", A, B, 0.0)
    assert twins.calmed(WINDOW_S + 1) == []
    assert told([(0, A, B)]) == [False]


# --- a running bridge ---


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    opened = open_log(tmp_path / "log.db")
    yield opened
    opened.close()


def connect(bench: Bench, number: int) -> Board:
    """Twins have the same id in their configuration, and count their own starts."""
    board = Board(Socket(bench.tcp_port), "cp_001", "same-id")
    board.say(board.registration(boot=1 + number % 2))
    return board


def test_twins_are_refused_both_and_told_as_a_fault_and_the_log_grows_no_more(log: EmbeddedLog):
    with Bench(log) as bench:
        boards: list[Board] = []
        for number in range(4):
            boards.append(connect(bench, number))
            bench.accept("cp_001", number + 1)
            if number < 3:
                boards[-1].wait_heard("register_response")
        for board in boards[2:]:
            board.wait(lambda board=board: any(each.get("reason") == FAULT for each in board.heard), "the refusal")
            board.wait_ended()
        (fault,) = bench.wait_messages(CP, "fault_notification")
        assert (fault["id"], fault["fault"]) == ("cp_001", FAULT)
        for number in range(20):
            with connect(bench, number) as again:
                assert again.wait_heard("register_response")["reason"] == FAULT
                again.wait_ended()
        assert len(messages(log, CP, "register_request")) == 4
        with Board(Socket(bench.tcp_port), "cp_002") as other:
            other.register()
        for board in boards:
            board.stream.close()


def test_refused_registration_is_logged_once_however_often_it_is_said(log: EmbeddedLog):
    with Bench(log) as bench:
        with Board(Socket(bench.tcp_port), "cp_001", "stranger") as board:
            board.register()
            answer_link(log, bench.link_of("cp_001"), accepted=False, reason="not_bound")
            board.wait_heard("register_response")
            board.wait_ended()
        for number in range(20):
            with Board(Socket(bench.tcp_port), "cp_001", "stranger") as again:
                again.n = 1 + number
                again.say(again.registration(uptime_ms=1_000 + number))
                assert again.wait_heard("register_response")["reason"] == "not_bound"
                again.wait_ended()
                assert not again.acked
        assert len(messages(log, CP, "register_request", "link_up", "link_down")) == 3
        with Board(Socket(bench.tcp_port), "cp_001", "stranger") as changed:
            changed.n = 30
            changed.say(changed.registration(location="Yard 4"))
            changed.wait_acked(31)
        with Board(Socket(bench.tcp_port), "cp_001", "bound") as bound:
            bound.register()
