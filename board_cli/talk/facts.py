"""What a board at its prompt has: MicroPython, its config.json, the firmware's files by hash, what is not acked."""

import json
from dataclasses import dataclass
from typing import Any

from board_cli.talk.prompt import Prompt

CONFIG = "config.json"
FLAG = "maintenance"
OURS = ("wire", "chargepoint", "hal")  # folders that are the firmware's alone
TEXTS = ("boot.py", "main.py")

# One line of JSON a file, since a list of all of them would need a heap that a board in use may not have in one piece.
LIST = f"""
import binascii, hashlib, json, os
def told(path):
    h, b = hashlib.sha256(), bytearray(512)
    with open(path, 'rb') as f:
        n = f.readinto(b)
        while n:
            h.update(memoryview(b)[:n])
            n = f.readinto(b)
    print(json.dumps([path, binascii.hexlify(h.digest()).decode()]))
def walk(folder):
    for entry in os.ilistdir(folder):
        path = folder + '/' + entry[0]
        if entry[1] == 0x4000:
            walk(path)
        else:
            told(path)
names = os.listdir()
for name in {OURS!r}:
    if name in names:
        walk(name)
for name in names:
    if name in {TEXTS!r} or name[-4:] == '.new':
        told(name)
"""
SYSTEM = """
import json, sys
i = sys.implementation
try:
    import socket
    online = True
except ImportError:
    online = False
print(json.dumps([sys.platform, list(i.version[:3]), getattr(i, '_mpy', 0) & 255, getattr(i, '_machine', ''), online]))
"""
STATE = """
import json, os
def has(path):
    try:
        os.stat(path)
    except OSError:
        return False
    return True
folder = {folder!r}
names = os.listdir(folder + '/journal') if has(folder + '/journal') else []
kept = sorted([int(n[:-5]) for n in names if n[-5:] == '.json' and n[:-5].isdigit()])
print(json.dumps([has(folder + '/{flag}'), kept, has('main.py')]))
"""
KEPT = ("memory", "checkpoint", "reported")
WIPE = """
import os
names = os.listdir({folder!r})
for name in {kept!r}:
    if name in names:
        os.remove({folder!r} + '/' + name)
if 'journal' in names:
    for name in os.listdir({folder!r} + '/journal'):
        os.remove({folder!r} + '/journal/' + name)
"""
MESSAGE = """
import json
with open({path!r}, 'rb') as f:
    line = f.read()
m = json.loads(line[:line.rindex(b'*')])
print(json.dumps([m.get('type'), m.get('session_id')]))
"""


@dataclass(frozen=True)
class System:
    """`platform`: sys.platform; `mpy`: the version of precompiled files that it takes; `machine`: in words."""

    platform: str
    version: tuple[int, int, int]
    mpy: int
    machine: str
    has_network: bool = True

    @property
    def name(self) -> str:
        return f"MicroPython {'.'.join(map(str, self.version))} on {self.machine or self.platform}"


@dataclass(frozen=True)
class State:
    """`flag`: whether the maintenance flag is up; `unacked`: numbers of messages that the bridge has not acked."""

    flag: bool
    unacked: tuple[int, ...]
    has_main: bool


def system_of(prompt: Prompt) -> System:
    platform, version, mpy, machine, has_network = prompt.ask(SYSTEM)
    return System(platform, (version[0], version[1], version[2]), mpy, machine, has_network)


def config_of(prompt: Prompt) -> bytes | None:
    return prompt.read(CONFIG)


def state_dir_of(config: bytes | None) -> str:
    """Where the board keeps its state, by a config.json that may be damaged or absent."""
    try:
        given = json.loads(config or b"{}")
    except ValueError:
        return "."
    folder = given.get("state_dir") if isinstance(given, dict) else None
    return folder if isinstance(folder, str) and folder else "."


def state_of(prompt: Prompt, folder: str) -> State:
    flag, unacked, has_main = prompt.ask(STATE.format(folder=folder, flag=FLAG))
    return State(flag, tuple(unacked), has_main)


def unacked_of(prompt: Prompt, folder: str, numbers: tuple[int, ...]) -> list[str]:
    """Each in words, as `log` shows them."""
    told: list[str] = []
    for n in numbers:
        kind, session_id = prompt.ask(MESSAGE.format(path=f"{folder}/journal/{n}.json"))
        told.append(f"{kind} of session {session_id}" if session_id else str(kind))
    return told


def kept_for(prompt: Prompt, folder: str) -> str | None:
    """The charge point that the board's journal is of; None where it has none."""
    line = prompt.read(f"{folder}/journal/identity")
    try:
        return None if line is None else json.loads(line[: line.rindex(b"*")])["cp_id"]
    except (ValueError, KeyError, TypeError):
        return None  # damaged: the board draws another


def wipe(prompt: Prompt, folder: str) -> None:
    """What the board kept of its charges and its register."""
    prompt.run(WIPE.format(folder=folder, kept=KEPT))


def hashes_of(prompt: Prompt) -> dict[str, str]:
    """SHA-256 in hex of every file of the firmware, by its path."""
    pairs: list[Any] = [json.loads(line) for line in prompt.run(LIST).splitlines() if line]
    return dict(pairs)


def set_flag(prompt: Prompt, folder: str, up: bool) -> None:
    path = f"{folder}/{FLAG}"
    prompt.run(f"open({path!r}, 'w').close()" if up else f"import os\nos.remove({path!r})")
