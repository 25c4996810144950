"""What may be the name of a driver."""

MAX_NAME_CHARACTERS = 255
NAME_RULE = f"a text of 1 to {MAX_NAME_CHARACTERS} printable characters"


def is_name(text: str) -> bool:
    return 1 <= len(text.strip()) <= MAX_NAME_CHARACTERS and text.isprintable()
