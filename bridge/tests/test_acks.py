"""Acks of one turn travel together, none is lost, and each message fits into a line."""

from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from wire import ids
from wire.check import check
from wire.frame import encode
from wire.seal import CRC32

from bridge.acks import Acks

EPOCHS = ("0123456789abcdef", "fedcba9876543210")
BOARD_IDS = st.builds(
    ids.reliable_id, st.sampled_from(["a", "b" * 24]), st.sampled_from(EPOCHS), st.integers(0, ids.MAX_N)
)
OTHER_IDS = st.text("abc-_", min_size=1, max_size=64)


@given(st.lists(BOARD_IDS | OTHER_IDS, max_size=300))
def test_every_id_is_acked_once_in_messages_that_fit(message_ids: list[str]):
    acks = Acks()
    for message_id in message_ids:
        acks.add(message_id)
    acked: list[str] = []
    for message in acks.take():
        assert check(message) is None
        assert len(encode(message, CRC32)) <= 1_024
        acked += cast(list[str], message.get("message_id", []))
        for n in cast(list[int], message.get("n", [])):
            acked.append(ids.reliable_id(str(message["board"]), str(message["epoch"]), n))
    assert sorted(acked) == sorted(message_ids)
    assert acks.take() == []
