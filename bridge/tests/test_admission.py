"""Who gets a place, who gives one up, and whose time to register is over."""

import asyncio
from typing import cast

from bridge.admission import SHARE_MIN, Admission
from bridge.lines.tcp import site_of
from bridge.peer import BOARDS, PLAIN, LineKind, Listener, Peer
from bridge.tests.frameless import FramelessLine

PLAIN_KIND = LineKind(shared=False, must_register=False, budget=PLAIN)
SHARED_KIND = LineKind(shared=True, must_register=False, budget="none")
WITHIN_S = 10.0


def line(address: str = "10.0.0.1", kind: LineKind | None = None) -> Peer:
    async def make() -> FramelessLine:
        return FramelessLine("x", cast(Listener, None), address)

    made = asyncio.run(make())
    made.kind = kind or made.kind
    return made


def entered(admission: Admission, newcomer: Peer, now_s: float = 0.0) -> Peer | None:
    """As the switchboard does; who had to leave."""
    displaced = admission.who_goes_for(newcomer)
    if displaced is not None:
        admission.leave(displaced)
    admission.enter(newcomer, now_s)
    return displaced


def registered(admission: Admission, address: str = "10.0.0.1") -> Peer:
    board = line(address)
    entered(admission, board)
    admission.registration_said(board)
    admission.registration_settled(board, 0.0, logged=True)
    return board


def turned_away(admission: Admission, newcomer: Peer) -> bool:
    try:
        admission.who_goes_for(newcomer)
    except LookupError:
        return True
    return False


def test_oldest_stranger_makes_room_and_a_registered_line_never():
    admission = Admission({BOARDS: 3}, WITHIN_S)
    board, first, second, third = registered(admission), line(), line(), line()
    assert [entered(admission, each) for each in (first, second, third)] == [None, None, first]
    for each in (second, third):
        admission.registration_said(each)
        admission.registration_settled(each, 0.0, logged=True)
    assert turned_away(admission, line())
    admission.leave(board)
    assert entered(admission, line()) is None


def test_registrations_that_the_log_has_not_taken_hold_no_place():
    admission = Admission({BOARDS: 2}, WITHIN_S)
    waiting, refused = line(), line()
    for each in (waiting, refused):
        entered(admission, each)
        admission.registration_said(each)
    admission.registration_settled(refused, 0.0, logged=False)
    assert [entered(admission, line()) for _ in range(2)] == [waiting, refused]
    admission.registration_settled(waiting, 1.0, logged=True)  # too late: it has gone


def test_address_with_its_share_of_strangers_makes_room_for_its_own_and_leaves_the_others_alone():
    admission = Admission({BOARDS: 8 * SHARE_MIN}, WITHIN_S)
    other = line("10.0.0.2")
    entered(admission, other)
    crowd = [line() for _ in range(2 * SHARE_MIN)]
    assert [entered(admission, each) for each in crowd] == [None] * len(crowd)
    assert entered(admission, line()) is crowd[0]
    assert entered(admission, line("10.0.0.2")) is None


def test_registered_lines_count_to_no_share():
    admission = Admission({BOARDS: 4 * SHARE_MIN}, WITHIN_S)
    for _ in range(2 * SHARE_MIN):
        registered(admission)
    assert entered(admission, line()) is None


def test_budgets_are_apart_and_a_kind_without_one_is_unlimited():
    admission = Admission({BOARDS: 1, PLAIN: 1}, WITHIN_S)
    registered(admission)
    assert turned_away(admission, line())
    typed = line(kind=PLAIN_KIND)
    assert entered(admission, typed) is None
    assert entered(admission, line(kind=PLAIN_KIND)) is typed
    assert [entered(admission, line(kind=SHARED_KIND)) for _ in range(9)] == [None] * 9


def test_line_that_registers_nothing_is_late_whatever_else_it_says():
    admission = Admission({BOARDS: 9}, WITHIN_S)
    stranger, typed = line(), line(kind=PLAIN_KIND)
    entered(admission, stranger)
    entered(admission, typed)
    assert admission.late(WITHIN_S, lambda _: False, log_away=True) == []
    assert admission.late(WITHIN_S + 1, lambda _: False, log_away=True) == [stranger]


def test_time_in_which_the_log_keeps_a_registration_does_not_count():
    admission = Admission({BOARDS: 9}, WITHIN_S)
    board = line()
    entered(admission, board)
    admission.registration_said(board)
    assert admission.late(1_000.0, lambda _: False, log_away=False) == []
    admission.registration_settled(board, 1_000.0, logged=False)
    assert admission.late(2_000.0, lambda _: False, log_away=True) == []
    assert admission.late(2_000.0 + WITHIN_S, lambda _: False, log_away=False) == []
    assert admission.late(2_001.0 + WITHIN_S, lambda _: False, log_away=False) == [board]


def test_line_whose_last_charge_point_has_gone_has_its_time_again():
    admission = Admission({BOARDS: 9}, WITHIN_S)
    board = registered(admission)
    assert admission.late(500.0, lambda _: True, log_away=False) == []
    assert admission.late(500.0 + WITHIN_S, lambda _: False, log_away=False) == []
    assert admission.late(501.0 + WITHIN_S, lambda _: False, log_away=False) == [board]


def test_network_of_ipv6_counts_as_one_address():
    assert site_of("2001:db8::1") == site_of("2001:db8::ffff:1") != site_of("2001:db8:0:1::1")
    assert site_of("::ffff:10.0.0.1") == site_of("10.0.0.1") == "10.0.0.1"
    assert site_of("fe80::1%eth0") == site_of("fe80::2")
    assert site_of("?") == "?"
