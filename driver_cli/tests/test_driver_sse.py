"""Server-sent events survive any cut of the stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driver_cli.api.sse import MAX_EVENT_BYTES, Comment, Decoder, Event, TooLong


def decoded(*chunks: bytes) -> list[Event | str]:
    decoder = Decoder()
    found = [each for chunk in chunks for each in decoder.feed(chunk)]
    return ["comment" if isinstance(each, Comment) else each for each in found]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_event_with_any_line_end(end: bytes):
    lines = [b"event: charge", b'data: {"a":', b"data: 1}", b"", b": still here", b"data:x", b"", b"next"]
    assert decoded(end.join(lines)) == [Event("charge", '{"a":\n1}'), "comment", Event("message", "x")]


def test_unknown_fields_and_empty_events_are_nothing():
    assert decoded(b"retry: 100\nid: 7\nnonsense\n\n\n\nevent: charge\n\n") == []


def test_cut_off_last_event_is_dropped():
    assert decoded(b"data: 1\n\ndata: 2\n") == [Event("message", "1")]


def test_name_does_not_leak_into_the_next_event():
    assert decoded(b"event: charge\ndata: 1\n\ndata: 2\n\n") == [Event("charge", "1"), Event("message", "2")]


LINES = st.lists(
    st.sampled_from([b"event: charge", b"data: 1", b"data:", b"data: \xff", b": c", b"", b"x", b"id: 3"]), max_size=20
)


@given(LINES, st.sampled_from([b"\n", b"\r\n", b"\r"]), st.data())
def test_cuts_do_not_matter(lines: list[bytes], end: bytes, data: st.DataObject):
    # A line more at the end, since a CR at the very end may yet become a CRLF.
    stream = b"".join(line + end for line in [*lines, b"last"]) + b"half"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert decoded(*pieces) == decoded(stream)


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_noise_never_raises(chunks: list[bytes]):
    decoded(*chunks)


@pytest.mark.parametrize("piece", [b"x" * 1000, b"data: " + b"x" * 1000 + b"\n", b"event: " + b"y" * 500 + b"\n"])
def test_endless_event_is_refused_within_the_bound(piece: bytes):
    decoder = Decoder()
    for _ in range(MAX_EVENT_BYTES // len(piece) - 1):
        assert decoder.feed(piece) == []
    with pytest.raises(TooLong):
        decoder.feed(3 * piece)


def test_many_events_do_not_add_up_to_one_too_long():
    decoder = Decoder()
    for _ in range(300):
        assert len(decoder.feed(b"data: " + b"x" * 1000 + b"\n\n")) == 1
