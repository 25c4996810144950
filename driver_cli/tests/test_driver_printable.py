"""No text of a stranger moves the cursor, forges a line or breaks the JSON."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driver_cli.words.printable import as_json, clean

ANYTHING = st.text(st.characters(codec=None))


def is_harmful(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in "\u202e\u2066\u200f"


@given(ANYTHING)
def test_nothing_harmful_is_left(text: str):
    assert not any(is_harmful(each) for each in clean(text))
    assert len(clean(text)) == len(text)


@given(st.dictionaries(ANYTHING, ANYTHING))
def test_json_means_the_same_and_harms_nobody(document: dict[str, str]):
    line = as_json(document)
    assert json.loads(line) == document
    assert not any(is_harmful(each) for each in line)


@pytest.mark.parametrize("harmful", ["\x1b", "\x7f", "\x85", "\x9b", "\u2028", "\ud800"])
def test_harmful_character_is_an_escape(harmful: str):
    assert as_json({"a": harmful}) == f'{{"a": "\\u{ord(harmful):04x}"}}'


def test_other_letters_stay_readable():
    assert as_json({"name": "María 停车场 🚗"}) == '{"name": "María 停车场 🚗"}'
