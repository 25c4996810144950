"""The texts of pages: each is there in each language, and none is left of pages that are gone."""

import re

import pytest

from central.words.languages import FOLDER
from tools.words import OTHERS, brought_up, read, untranslated

PLACES = re.compile(r"{\w*}|%\(\w+\)s")


@pytest.mark.parametrize("language", OTHERS)
def test_each_text_is_there(language: str) -> None:
    file = FOLDER / f"{language}.po"
    assert file.read_bytes() == brought_up(language), f"{file.name} is stale: run `make words`"
    assert [message.id for message in untranslated(read(language))] == [], f"{file.name}: texts to write"


@pytest.mark.parametrize("language", OTHERS)
def test_each_text_has_the_places_of_the_english_one(language: str) -> None:
    for message in read(language):
        english = [message.id] if isinstance(message.id, str) else [*message.id]
        said = [message.string] if isinstance(message.string, str) else message.string
        for text in said or ():
            assert set(PLACES.findall(text)) == set(PLACES.findall(english[-1])), message.id
