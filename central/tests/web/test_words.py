"""Each code that people may read has its words, in every language."""

from collections.abc import Callable
from typing import Any

import pytest
from wire.codes import COMMAND_REASONS
from wire.kinds.boards import END_REASONS

from central.api.codes import CODES
from central.model import alarms, states
from central.model.reasons import CHARGE_REASONS, DEAD_LETTERS
from central.views import own_charge, post
from central.views.charge import PENDING, REFUSED
from central.views.held import TOO_FAST, TOO_HIGH_BEFORE
from central.web import refusals, words
from central.web.languages import LANGUAGES
from central.web.ops import reasons
from central.web.refusals import refused
from central.web.templates import environment
from central.words.languages import translations

ENDS = {*END_REASONS, *CHARGE_REASONS, *COMMAND_REASONS}
CODES_AND_WORDS = {
    "why there is no charge": (ENDS, words.REFUSALS),
    "why a charge ended, to its driver": ({*END_REASONS, "disconnected"}, words.ENDS),
    "why a charge ended, to operators": (ENDS, reasons.REASONS),
    "states of a charge": ({*states.SESSION_STATES, PENDING, REFUSED}, words.CHARGES),
    "states of a post": (set(post.OF_STATUS.values()), words.POSTS),
    "what a car does": (
        {own_charge.CHARGES, own_charge.RESTS, own_charge.AWAITED, own_charge.ABSENT}, words.CARS,
    ),
    "dead letters": (set(DEAD_LETTERS), reasons.DEAD),
    "why something is held": ({TOO_FAST, TOO_HIGH_BEFORE}, reasons.HELD),
    "what an alarm tells": (set(alarms.TEXTS), reasons.ALARMS),
    "refusals": ({each.code for each in CODES}, refusals.REFUSALS),
}  # fmt: skip


@pytest.mark.parametrize("name", CODES_AND_WORDS)
def test_no_code_is_without_words_and_no_words_without_a_code(name: str) -> None:
    codes, told = CODES_AND_WORDS[name]
    assert set(told) == codes


@pytest.mark.parametrize("alarm", alarms.TEXTS)
def test_what_was_filled_into_an_alarm_is_found_in_it_again(alarm: str) -> None:
    names = {"first", "last", "epoch", "message_id", "kind", "told", "known", "meter_id", "told_wh", "known_wh"}
    places = {name: f"{name}-1.x" for name in names if f"{{{name}}}" in alarms.TEXTS[alarm]}
    assert alarms.places_in(alarm, alarms.text_of(alarm, **places)) == places
    assert alarms.places_in(alarm, "somebody's own words") is None
    for language in LANGUAGES:
        said = translations(language).gettext(reasons.ALARMS[alarm]) % places
        assert all(value in said for value in places.values())


class Problem:
    def __init__(self, code: str, field: str | None = None) -> None:
        self.code, self.field = code, field


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_is_said_in_the_language_of_the_page(language: str) -> None:
    module: Any = environment(language).get_template("parts/refused.html").module
    why: Callable[[Problem], str] = module.why
    assert all(why(Problem(each.code, "csv")) for each in CODES)
    assert "csv" in why(Problem("bad_field", "csv"))
    assert "12" in why(Problem("bad_field", "password"))
    assert (why(Problem("session_ended")) == refusals.REFUSALS["session_ended"]) == (language == "en")
    assert refused(Problem("a code of tomorrow")) == refusals.OTHER
