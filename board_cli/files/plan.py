"""What is to change on a board, by comparing hashes: no I/O."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

NEW = ".new"  # a file on its way, until its hash was found right


@dataclass(frozen=True)
class Plan:
    """`copy`: path -> content, in the order of copying; `remove`: paths; `same`: how many stay as they are."""

    copy: Mapping[str, bytes]
    remove: tuple[str, ...]
    same: int

    @property
    def bytes_to_copy(self) -> int:
        return sum(len(content) for content in self.copy.values())

    def is_empty(self) -> bool:
        return not self.copy and not self.remove


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def plan(wanted: Mapping[str, bytes], there: Mapping[str, str]) -> Plan:
    """`wanted`: path -> content; `there`: path -> SHA-256 in hex, of all that the firmware's folders hold.

    boot.py, which opens the relay, goes first; main.py last, since it starts all else.
    """
    changed = [path for path, content in wanted.items() if there.get(path) != digest(content)]
    changed.sort(key=lambda path: (path != "boot.py", path == "main.py", path))
    remove = tuple(sorted(path for path in there if path not in wanted))
    return Plan({path: wanted[path] for path in changed}, remove, len(wanted) - len(changed))
