"""Integers that must stay small on a 32-bit MicroPython: there a larger one is an object on the heap."""

from collections.abc import Callable


class SmallInt(int):
    """An integer that must stay one of a 32-bit MicroPython's small ones through every operation."""


def _bounded(name: str) -> Callable[..., SmallInt]:
    plain = getattr(int, name)

    def operation(*operands: int) -> SmallInt:
        value = plain(*(int(each) for each in operands))
        assert -(1 << 30) <= value < 1 << 30, f"{name}{operands} = {value}, too large for a small integer"
        return SmallInt(value)

    return operation


for _name in ("add", "sub", "mul", "floordiv", "mod", "lshift", "rshift", "and", "or"):
    setattr(SmallInt, f"__{_name}__", _bounded(f"__{_name}__"))
    setattr(SmallInt, f"__r{_name}__", _bounded(f"__r{_name}__"))
for _name in ("neg", "abs"):
    setattr(SmallInt, f"__{_name}__", _bounded(f"__{_name}__"))
