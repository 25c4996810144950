"""Message ids: `<board>.<epoch>.<n>` for what a board keeps until it is acked,
`<board>.<epoch>.t<k>` for what it may lose, UUIDs for everything else.
"""

# How far the newest n sent may run ahead of the oldest that is not acked; Central keeps a bitmap as wide.
WINDOW = 64
MAX_N = 0x3FFFFFFF  # the largest small integer of a 32-bit MicroPython

_DIGITS = "0123456789"
_HEX = "0123456789abcdef"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ID_CHARACTERS = _LETTERS + _DIGITS + "_-."
BOARD_CHARACTERS = _LETTERS + _DIGITS + "_-"
ID_MAX = 64  # characters
ID_RULE = "1 to %d of the characters A-Z a-z 0-9 _ - ." % ID_MAX


def reliable_id(board: str, epoch: str, n: int) -> str:
    return "%s.%s.%d" % (board, epoch, n)


def lossy_id(board: str, epoch: str, k: int) -> str:
    return "%s.%s.t%d" % (board, epoch, k)


def made_of(text: str, characters: str) -> bool:
    return not text.strip(characters)  # nothing is left of it


def is_id(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= ID_MAX and made_of(value, ID_CHARACTERS)


def parse(message_id: str) -> "tuple[str, str, int | None] | None":
    """(board, epoch, n) of a board's id, n None for a lossy one; None for any other id (a UUID)."""
    parts = message_id.split(".")
    if len(parts) != 3:
        return None
    board, epoch, count = parts
    lossy = count[:1] == "t"
    digits = count[1:] if lossy else count
    if not (board and len(board) <= 24 and made_of(board, BOARD_CHARACTERS)):
        return None
    if len(epoch) != 16 or not made_of(epoch, _HEX):
        return None
    if not digits or len(digits) > 10 or not made_of(digits, _DIGITS) or (digits[0] == "0" and digits != "0"):
        return None
    return board, epoch, None if lossy else int(digits)
