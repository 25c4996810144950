"""A registration that Central refused is answered from memory for a while, and only it."""

from bridge.conversation import Conversation
from bridge.decisions import Message, Register
from bridge.tests.saying import hear, register
from bridge.turned_away import MAX_REMEMBERED, PAUSE_FIRST_S, PAUSE_MAX_S, TurnedAway


def said(message: Message) -> Register:
    decision = hear(Conversation(plain=False), message)
    assert isinstance(decision, Register)
    return decision


def refused(*registrations: Register) -> TurnedAway:
    memory = TurnedAway()
    for registered in registrations:
        memory.refused(registered, "not_bound", 0.0)
    return memory


def test_same_words_under_another_number_and_at_another_time_are_refused_from_memory():
    memory = refused(said(register(1, uptime_ms=5, boot=1)))
    again = said(register(7, uptime_ms=9_000, boot=1, occurred_at_ms=1_800_000_000_000))
    assert memory.reason(again, PAUSE_FIRST_S - 1) == "not_bound"


def test_other_words_another_board_another_charge_point_and_typed_ones_go_to_the_log():
    memory = refused(said(register(1)), said(register() | {"message_id": "uuid"}))
    others = [register(2, location="else"), register(2, "mon2"), register(2, id="cp_002"), register(2, boot=2)]
    others.append(register() | {"message_id": "uuid"})
    assert [memory.reason(said(each), 0.0) for each in others] == [None] * 5


def test_pause_doubles_with_each_refusal_up_to_a_bound():
    memory, now_s, pauses = TurnedAway(), 0.0, list[float]()
    for number in range(1, 10):
        registered = said(register(number))
        memory.refused(registered, "not_bound", now_s)
        pauses.append(next(each for each in range(2_000) if memory.reason(registered, now_s + each) is None))
        now_s += pauses[-1]
    assert pauses == [min(PAUSE_FIRST_S * 2**number, PAUSE_MAX_S) for number in range(9)]


def test_board_that_was_let_in_is_asked_for_within_a_minute_however_long_it_was_refused():
    memory, now_s = TurnedAway(), 0.0
    registered = said(register(1))
    for _ in range(200):
        memory.refused(registered, "not_bound", now_s)
        assert memory.reason(registered, now_s + 60.0) is None
        now_s += 60.0


def test_accepted_board_is_forgotten():
    memory = refused(said(register(1)))
    memory.accepted(said(register(2)))
    assert memory.reason(said(register(3)), 0.0) is None


def test_memory_is_bounded():
    registrations = [said(register(1, id=f"cp_{number}")) for number in range(MAX_REMEMBERED + 1)]
    memory = refused(*registrations)
    assert [memory.reason(each, 0.0) for each in (registrations[0], registrations[1])] == [None, "not_bound"]
