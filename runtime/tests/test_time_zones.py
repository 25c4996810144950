"""Time zones: what is one, and which one somebody meant who has misspelt it."""

import pytest

from runtime.time_zones import time_zone


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "America/Argentina/Ushuaia", "Asia/Kolkata"])
def test_a_name_of_the_database_is_itself(name: str) -> None:
    assert time_zone(name) == name


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("europe/berlin", "Europe/Berlin"),
        ("Europe/Berln", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("Germany/Berlin", "Europe/Berlin"),
        ("utc", "UTC"),
        ("America/New York", "America/New_York"),
        ("Europe/Berlin ", "Europe/Berlin"),
    ],
)
def test_the_nearest_one_is_named(typed: str, meant: str) -> None:
    with pytest.raises(ValueError, match=rf"did you mean {meant}\?"):
        time_zone(typed)


@pytest.mark.parametrize(
    "typed", ["", "+02:00", "zzzz/qqqq", "../../etc/passwd", "/etc/localtime", "localtime", "Factory", "\u202e", "a\0b"]
)
def test_what_is_nothing_like_one_gets_an_example(typed: str) -> None:
    with pytest.raises(ValueError, match="for example Europe/Berlin"):
        time_zone(typed)


def test_a_long_one_is_told_in_short() -> None:
    with pytest.raises(ValueError, match="must be") as told:
        time_zone("x" * 10_000)
    assert len(str(told.value)) < 200
