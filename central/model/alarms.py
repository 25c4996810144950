"""What there can be an alarm of, and what each tells: in English, with its places filled in."""

import re
from collections.abc import Mapping

NUMBERS_LOST = "numbers_lost"
TWO_CONTENTS = "two_contents"
SEQ_FAR_AHEAD = "seq_far_ahead"
IMPLAUSIBLE_REGISTER = "implausible_register"

TEXTS: Mapping[str, str] = {
    NUMBERS_LOST: "the log has lost {first} to {last} of {epoch}",
    TWO_CONTENTS: "{message_id} said two things; the newer one, {kind}, was folded",
    SEQ_FAR_AHEAD: "the engine's last command was {told} as it says, Central's was {known}: it does not follow",
    IMPLAUSIBLE_REGISTER: "meter {meter_id} told {told_wh} Wh after {known_wh} Wh",
}


def text_of(alarm: str, **places: object) -> str:
    return TEXTS[alarm].format(**places)


def places_in(alarm: str, text: str) -> dict[str, str] | None:
    """What was filled in where this text was made; None where it was made otherwise."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(TEXTS.get(alarm, "")))
    found = re.fullmatch(pattern, text)
    return None if found is None else found.groupdict()
