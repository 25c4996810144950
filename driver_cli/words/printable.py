"""Text that cannot harm a terminal: control characters of a name would move the cursor or forge lines of their own."""

import json
import re
from collections.abc import Mapping
from typing import Any

# Controls (C0, DEL, C1), marks that turn the direction of writing, separators of lines, and halves of a character.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
REPLACEMENT = "�"


def clean(text: str) -> str:
    """With a replacement character for each harmful one."""
    return _HARMFUL.sub(REPLACEMENT, text)


def as_json(document: Mapping[str, Any]) -> str:
    """One line of JSON; what could harm a terminal is escaped, and means the same to whoever parses it."""
    # Outside a string JSON has none of these characters, so an escape is right wherever one stands.
    return _HARMFUL.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(document, ensure_ascii=False))
