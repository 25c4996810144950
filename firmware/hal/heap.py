"""The heap of a board, kept in one piece."""

import gc

GC_EACH_BYTES = 16384  # before the heap is in pieces


def spare():
    """What the imports left behind goes, and garbage is collected before the heap is in pieces."""
    gc.collect()
    if hasattr(gc, "threshold"):
        gc.threshold(GC_EACH_BYTES)  # pyright: ignore[reportAttributeAccessIssue]  # CPython has no such thing
