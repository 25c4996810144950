"""A board tells its faults by name, and Central shows them in words."""

import pytest

from central.views.faults import text_of


@pytest.mark.parametrize(
    ("fault", "info", "shown"),
    [
        ("rcm_trip", "rcm_trip", "the residual current monitor has tripped"),
        ("rcm_trip", None, "the residual current monitor has tripped"),
        ("rcm_trip", "tripped in hall 3", "tripped in hall 3"),
        ("of_newer_firmware", "of_newer_firmware", "of_newer_firmware"),
        ("unspecified", "Connection timeout", "Connection timeout"),
    ],
)  # fmt: skip
def test_fault_is_shown_in_words(fault: str, info: str | None, shown: str) -> None:
    assert text_of(fault, info) == shown
