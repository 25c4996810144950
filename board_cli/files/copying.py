"""Carries out a plan at a board's prompt. Each file is written beside its place, compared, and renamed: never torn."""

from collections.abc import Callable

from board_cli.failures import Failure
from board_cli.files.plan import NEW, Plan, digest
from board_cli.talk.prompt import Prompt

TRIES = 3  # at a file whose hash is wrong afterwards

Told = Callable[[str, int], None]

_FOLDER = """
import os
for path in {paths!r}:
    try:
        os.mkdir(path)
    except OSError:
        pass
"""
_HASH = """
import binascii, hashlib
h, b = hashlib.sha256(), bytearray(512)
with open({path!r}, 'rb') as f:
    n = f.readinto(b)
    while n:
        h.update(memoryview(b)[:n])
        n = f.readinto(b)
print(binascii.hexlify(h.digest()).decode())
"""


def carry_out(plan: Plan, prompt: Prompt, told: Told) -> None:
    """`told(path, bytes more)`. Old files go first, since a text stands before its precompiled form. Raises Failure."""
    for path in plan.remove:
        prompt.run(f"import os\nos.remove({path!r})")
    for path, content in plan.copy.items():
        folders = [path[:at] for at, letter in enumerate(path) if letter == "/"]
        if folders:
            prompt.run(_FOLDER.format(paths=folders))
        write(path, content, prompt, told)


def _nobody(path: str, more: int) -> None:
    del path, more


def write(path: str, content: bytes, prompt: Prompt, told: Told = _nobody) -> None:
    """One file, whole or not at all. Raises Failure."""
    for _ in range(TRIES):
        before = 0

        def progress(written: int) -> None:
            nonlocal before
            told(path, written - before)
            before = written

        prompt.write(path + NEW, content, progress)
        if prompt.run(_HASH.format(path=path + NEW)).strip() == digest(content):
            prompt.run(f"import os\nos.rename({path + NEW!r}, {path!r})")
            return
    raise Failure(f"{path} reads back otherwise than it was written, {TRIES} times: is the board's flash worn out?")
