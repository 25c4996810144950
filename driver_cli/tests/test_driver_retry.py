"""When and after how long a question is asked again."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driver_cli.api import retry

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None), ("", None), ("5", 5.0), (" 7 ", 7.0), ("0", 0.0), ("999999999999", 3600.0), ("-3", None),
        ("1.5", None), ("soon", None), ("nan", None), ("²", None), ("Sat, 99 Jan", None),
        ("Sat, 31 Jan 2026 12:00:30 GMT", 30.0), ("Sat, 31 Jan 2026 11:00:00 GMT", 0.0),
        ("Mon, 31 Jan 2028 12:00:30 GMT", 3600.0), ("Sat, 31 Jan 2026 12:00:30 -0000", None),
    ],
)  # fmt: skip
def test_retry_after(header: str | None, seconds: float | None):
    assert retry.retry_after_s(header, lambda: NOW) == seconds


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_pause_is_bounded(attempt: int, jitter: float):
    pause_s = retry.pause_s(attempt, jitter)
    assert retry.FIRST_PAUSE_S / 2 <= pause_s <= retry.LONGEST_PAUSE_S


def test_pauses_double_and_spread():
    assert [retry.pause_s(attempt, 1.0) for attempt in range(6)] == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0]
    assert retry.pause_s(2, 0.0) == 0.5


def test_server_s_wish_is_a_lower_bound():
    assert retry.pause_s(0, 1.0, 7.0) == 7.0
    assert retry.pause_s(5, 1.0, 0.0) == 5.0
