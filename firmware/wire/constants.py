"""`const`: MicroPython's compiler puts the value in place of a name, and one that begins with `_` then takes no heap.

Worth its import where a module has two or more. For CPython it is the value.
"""


def const(value: int) -> int:
    return value
