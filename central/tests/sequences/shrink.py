"""The shortest acts that still fail (delta debugging): halves, quarters ... are left out for as long as it fails."""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def shrunk(acts: Sequence[T], fails: Callable[[Sequence[T]], bool], most_tries: int = 400) -> list[T]:
    kept = list(acts)
    tries = 0
    size = max(1, len(kept) // 2)
    while True:
        at, has_shrunk = 0, False
        while at < len(kept) and tries < most_tries:
            shorter = kept[:at] + kept[at + size :]
            tries += 1
            if fails(shorter):
                kept, has_shrunk = shorter, True
            else:
                at += size
        if tries >= most_tries or (size == 1 and not has_shrunk):
            return kept
        size = max(1, size // 2) if not has_shrunk or size > 1 else 1
