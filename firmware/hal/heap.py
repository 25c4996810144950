"""The heap of a board, kept in one piece."""

import gc
import sys

GC_EACH_BYTES = 16384  # before the heap is in pieces


def spare():
    """What was left behind goes, and garbage is collected from now on before it has the heap in pieces: what is loaded
    later takes the place of what reading and making it needed.
    """
    gc.collect()
    if hasattr(gc, "threshold"):
        gc.threshold(GC_EACH_BYTES)  # pyright: ignore[reportAttributeAccessIssue]  # CPython has no such thing


def forget(name):
    """A module that is done with. CPython keeps it: there is heap, and other boards may be made."""
    if sys.implementation.name == "micropython" and sys.modules.pop(name, None) is not None:
        package, _, own = name.rpartition(".")
        delattr(sys.modules[package], own)
        gc.collect()
