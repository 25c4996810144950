"""Answers of name servers, as anybody may send them: what belongs to the query is read, and nothing raises."""

import struct
from collections.abc import Sequence

from hal.dns import TTL_MOST_S, answer, query
from hypothesis import example, given
from hypothesis import strategies as st

NUMBER = b"\x12\x34"
ASKED = query(NUMBER, "Bridge.Example")
QUESTION = b"\x06bridge\x07example\x00\x00\x01\x00\x01"
TO_QUESTION, TO_ITSELF = b"\xc0\x0c", b"\xc0" + bytes((len(ASKED),))
A, CNAME, AAAA, OPT = 1, 5, 28, 41

names = st.sampled_from([TO_QUESTION, b"\x03www\xc0\x0c", b"\x00", b"\x01a\x02bc\x00"])
addresses = st.tuples(st.integers(1, 223), *[st.integers(0, 255)] * 3).map(bytes)
ttls = st.integers(0, 0xFFFFFFFF)


def record(name: bytes, kind: int, data: bytes, ttl_s: int = 60, of_class: int = 1) -> bytes:
    return name + struct.pack(">HHIH", kind, of_class, ttl_s, len(data)) + data


def message(
    records: Sequence[bytes] = (), number: bytes = NUMBER, flags: int = 0x8180, question: bytes = QUESTION,
    count: int | None = None,
) -> bytes:  # fmt: skip
    answers = len(records) if count is None else count
    return number + struct.pack(">HHHHH", flags, 1, answers, 0, 0) + question + b"".join(records)


def dotted(address: bytes) -> str:
    return ".".join(map(str, address))


def test_query_is_one_question_for_an_address():
    assert message(flags=0x0100) == ASKED


@given(addresses, ttls, names)
def test_address_and_its_time_are_read(address: bytes, ttl_s: int, name: bytes):
    assert answer(ASKED, message([record(name, A, address, ttl_s)])) == (dotted(address), min(ttl_s, TTL_MOST_S))


@given(st.lists(st.tuples(names, names, ttls), max_size=6), addresses, ttls, st.binary(max_size=40))
def test_address_behind_aliases_counts_as_long_as_the_shortest_of_all(
    aliases: list[tuple[bytes, bytes, int]], address: bytes, ttl_s: int, behind: bytes
):
    records = [record(name, CNAME, of, least) for name, of, least in aliases] + [record(TO_QUESTION, A, address, ttl_s)]
    least_s = min([ttl_s, TTL_MOST_S, *(each[2] for each in aliases)])
    assert answer(ASKED, message(records) + behind) == (dotted(address), least_s)


def test_what_is_no_host_s_address_is_none():
    other = [record(TO_QUESTION, AAAA, bytes(16)), record(TO_QUESTION, OPT, b""), record(TO_QUESTION, A, b"\x7f\0\0")]
    other += [record(TO_QUESTION, A, bytes((first, 0, 0, 1))) for first in (0, 224, 255)]
    other += [record(TO_QUESTION, A, b"\x0a\0\0\1", of_class=3)]
    assert answer(ASKED, message(other)) == ("", 0)
    assert answer(ASKED, message()) == ("", 0)


@given(st.integers(1, 15), st.lists(addresses.map(lambda address: record(TO_QUESTION, A, address)), max_size=2))
def test_refusal_ends_the_query(code: int, records: list[bytes]):
    assert answer(ASKED, message(records, flags=0x8180 | code)) == ("", 0)


GOOD = record(TO_QUESTION, A, b"\x0a\0\0\1")


@given(st.binary(min_size=2, max_size=2).filter(lambda number: number != NUMBER))
def test_wrong_number_is_nothing(number: bytes):
    assert answer(ASKED, message([GOOD], number=number)) is None


@given(st.binary(max_size=40).filter(lambda question: not question.startswith(QUESTION)))
@example(QUESTION.replace(b"bridge", b"abcdef"))
@example(QUESTION[:-3] + b"\x1c\x00\x01")
@example(TO_QUESTION + b"\x00\x01\x00\x01")
def test_wrong_question_is_nothing(question: bytes):
    assert answer(ASKED, message([GOOD], question=question)) is None


def test_query_itself_and_other_operations_are_nothing():
    assert answer(ASKED, ASKED) is None
    assert answer(ASKED, message([GOOD], flags=0x0180)) is None
    assert answer(ASKED, message([GOOD], flags=0xA180)) is None


@given(st.integers(0, len(message([GOOD])) - 1))
def test_truncated_answer_is_nothing(size: int):
    assert answer(ASKED, message([GOOD])[:size]) is None


def test_pointers_in_circles_are_not_followed():
    circle = record(TO_ITSELF, CNAME, TO_ITSELF)
    assert answer(ASKED, message([circle, GOOD])) == ("10.0.0.1", 60)
    assert answer(ASKED, message([TO_ITSELF] * 3, count=0xFFFF)) is None
    assert answer(ASKED, message([circle] * 30, count=0xFFFF)) is None


@given(st.binary(max_size=600), st.integers(0, 0xFFFF))
def test_anything_behind_a_right_question_is_an_address_or_none(rest: bytes, count: int):
    judge(message([rest], count=count))


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), min_size=1, max_size=12))
def test_damaged_answer_is_an_address_or_none(damage: list[tuple[int, int]]):
    alias, other = record(b"\x03www\xc0\x0c", CNAME, TO_QUESTION), record(TO_QUESTION, AAAA, bytes(16))
    data = bytearray(message([alias, GOOD, other]))
    for at, value in damage:
        data[at % len(data)] = value
    judge(bytes(data))


@given(st.binary(max_size=600))
def test_noise_is_nothing(data: bytes):
    judge(data)


def judge(data: bytes) -> None:
    found = answer(ASKED, data)
    if found is None:
        return
    address, ttl_s = found
    assert data[:2] == NUMBER
    assert 0 <= ttl_s <= TTL_MOST_S
    if address:
        parts = [int(part) for part in address.split(".")]
        assert len(parts) == 4
        assert 0 < parts[0] < 224
