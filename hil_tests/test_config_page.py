"""The page of a board's config.json, beyond its freshness: every setting has its meaning, every example works."""

import json

import pytest
from chargepoint.settings import TABLE, read

from tools.docs.config import EXAMPLES, MEANINGS, bounds_of


def test_every_setting_has_a_meaning_and_every_meaning_a_setting() -> None:
    assert list(MEANINGS) == [setting.name for setting in TABLE]


@pytest.mark.parametrize("title", EXAMPLES)
def test_example_is_a_config_that_a_board_takes(title: str) -> None:
    settings = read(json.dumps(EXAMPLES[title]))
    assert settings.cp_id == EXAMPLES[title]["cp_id"]


def test_bounds_are_said_for_every_setting() -> None:
    assert all(bounds_of(setting.check) for setting in TABLE)
