"""What a fault is called in words."""

from wire.codes import FAULTS


def text_of(fault: str, info: str | None) -> str:
    """info: what was told of it. A board tells its faults by their names, which stand for these sentences."""
    told = info or fault
    return FAULTS.get(fault, told) if told == fault else told
