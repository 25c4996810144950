"""What may be the name of a driver, and the name and the address of a site."""

MAX_NAME_CHARACTERS = 255
NAME_RULE = f"a text of 1 to {MAX_NAME_CHARACTERS} printable characters"
MAX_SITE_NAME_CHARACTERS = 80
MAX_ADDRESS_CHARACTERS = 255


def is_name(text: str) -> bool:
    return 1 <= len(text.strip()) <= MAX_NAME_CHARACTERS and text.isprintable()


def site_name(text: str) -> str:
    """Without spaces around it. Raises ValueError."""
    return _printable(text, 1, MAX_SITE_NAME_CHARACTERS)


def address(text: str) -> str:
    """Without spaces around it; "" for none. Raises ValueError."""
    return _printable(text, 0, MAX_ADDRESS_CHARACTERS)


def _printable(text: str, low: int, high: int) -> str:
    """Marks that turn the direction of writing are not printable either: a name must not rewrite what is around it."""
    stripped = text.strip()
    if not (low <= len(stripped) <= high and stripped.isprintable()):
        shown = stripped[:40]
        raise ValueError(f"must be a text of {low} to {high} printable characters, not {shown!a} ({len(stripped)})")
    return stripped
