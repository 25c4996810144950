"""The decoder under anything: it never raises, stays within its bound, and finds every good line after noise."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.check import check
from wire.frame import LINE_LIMIT, Decoder, FrameError, encode, line_of, parse, payload_of
from wire.kinds.log import KINDS
from wire.seal import CRC32

BANNERS = [b"\r\nMicroPython v1.28\r\n>>> ", b"\x00" * 99, b"*", b"{}*0", b"\n"]
NOISE = st.binary(max_size=3000) | st.sampled_from(BANNERS)
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60)
GOOD = st.builds(
    lambda text: {"type": "fault_notification", "message_id": "m", "id": "cp_1", "failure_info": text}, TEXTS
)


def chunks_of(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def feed(decoder: Decoder, chunks: list[bytes]) -> list[bytes]:
    found: list[bytes] = []
    for chunk in chunks:
        found += decoder.feed(chunk)
        assert decoder.held() < LINE_LIMIT
    return found


@given(st.lists(NOISE, max_size=20), st.booleans())
def test_never_raises_and_never_grows(chunks: list[bytes], sealed: bool):
    for payload in feed(Decoder(CRC32 if sealed else None), chunks):
        try:
            message = parse(payload)
        except FrameError:
            continue
        check(message)


@given(st.lists(st.tuples(NOISE, GOOD), max_size=8), st.lists(st.integers(0, 1 << 20), max_size=12))
def test_every_good_line_after_noise_is_found(parts: list[tuple[bytes, dict[str, object]]], cuts: list[int]):
    stream = b"".join(noise + b"\n" + encode(message, CRC32) for noise, message in parts)
    found = feed(Decoder(CRC32), chunks_of(stream, cuts))
    assert [parse(each) for each in found] == [message for _, message in parts]


@given(st.binary(max_size=5000), st.lists(st.integers(0, 1 << 20), max_size=30))
def test_how_bytes_are_cut_makes_no_difference(stream: bytes, cuts: list[int]):
    whole, cut = Decoder(CRC32), Decoder(CRC32)
    assert feed(whole, [stream]) == feed(cut, chunks_of(stream, cuts))
    for counter in ("bytes_dropped", "lines_too_long", "lines_bad_tag"):
        assert getattr(whole, counter) == getattr(cut, counter)


@given(GOOD, st.integers(0, 1 << 20), st.integers(1, 255))
def test_damage_to_one_byte_is_always_seen(message: dict[str, object], at: int, bits: int):
    line = bytearray(encode(message, CRC32))
    at %= len(line) - 1
    line[at] ^= bits
    decoder = Decoder(CRC32)
    assert decoder.feed(bytes(line)) == []


@given(GOOD)
def test_what_is_said_is_what_is_read(message: dict[str, object]):
    (payload,) = Decoder(CRC32).feed(encode(message, CRC32))
    assert parse(payload) == message
    assert line_of(payload, CRC32) == encode(message, CRC32), "what is passed on is passed on unchanged"


@given(st.dictionaries(st.text(max_size=8), st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9)))
def test_unknown_fields_are_kept_and_ignored(more: dict[str, object]):
    message = {**more, "type": "pins", "relay": True, "message_id": "m", "v": 1}
    assert check(message) is None
    assert parse(payload_of(message)) == message


def test_megabyte_without_a_newline_leaves_nothing_behind():
    decoder = Decoder(CRC32)
    feed(decoder, [b"x" * 1000] * 1000)
    assert (decoder.held(), decoder.bytes_dropped, decoder.lines_too_long) == (0, 1_000_000, 1)
    good = encode({"type": "pins", "relay": False}, CRC32)
    assert len(feed(decoder, [b"\n", good])) == 1


def test_longest_line_and_one_byte_more():
    def of_size(size: int) -> dict[str, object]:
        empty = len(encode({"type": "pins", "relay": True, "x": ""}, CRC32))
        return {"type": "pins", "relay": True, "x": "x" * (size - empty)}

    assert len(Decoder(CRC32).feed(encode(of_size(LINE_LIMIT), CRC32))) == 1
    with pytest.raises(FrameError) as raised:
        encode(of_size(LINE_LIMIT + 1), CRC32)
    assert raised.value.code == "too_long"


def test_every_kind_is_checked_field_by_field():
    """An empty message of each kind lacks its first required field, if it has one."""
    for name, kind in KINDS.items():
        required = [field.name for field in kind.fields if field.required and field.name != "type"]
        problem = check({"type": name})
        if required:
            assert problem is not None
            assert (problem.code, problem.field) == ("missing_field", required[0]), name
        else:
            assert problem is None, name
