"""Run on MicroPython: cuts the power at every write of a flash (littlefs on a RAM block device), in three ways.

Prints one JSON object: how many cuts there were, and what was lost or repeated by any of them.
"""

import json
import sys

import vfs  # pyright: ignore[reportMissingImports]  # MicroPython's own

sys.path.insert(0, sys.argv[1])

from chargepoint.delivery.journal import Journal
from chargepoint.delivery.storage import Storage
from chargepoint.engine.memory import Checkpoint, Memory

BLOCK = 512
BLOCKS = 128
EIO = 5
BEFORE, HALF, AFTER = "before", "half", "after"  # how much of the last write reaches the flash



class Flash:
    """Raises at the write number `fatal` and at everything after it: a board without power does nothing any more.

    A finaliser may close a file long after, with the heap locked; so what is raised is made beforehand.
    """

    def __init__(self, data: bytearray, fatal: "int | None" = None, way: str = BEFORE):
        self.data = data
        self.writes = 0
        self._fatal = fatal
        self._way = way
        self._dead = False
        self._cut = OSError(EIO)

    def readblocks(self, block: int, buffer: bytearray, offset: int = 0):
        if self._dead:
            raise self._cut
        start = block * BLOCK + offset
        buffer[:] = self.data[start : start + len(buffer)]

    def writeblocks(self, block: int, buffer: bytes, offset: int = 0):
        if self._dead:
            raise self._cut
        start, size = block * BLOCK + offset, len(buffer)
        self.writes += 1
        if self.writes == self._fatal:
            self._dead = True
            size = {BEFORE: 0, HALF: size // 2, AFTER: size}[self._way]
        self.data[start : start + size] = buffer[:size]
        if self._dead:
            raise self._cut

    def ioctl(self, operation: int, argument: int):
        return {4: BLOCKS, 5: BLOCK}.get(operation, 0)  # erase: littlefs programs whatever it erased


class Meter:
    meter_id = "meter"

    def __init__(self, register_wh: int):
        self.register_wh = register_wh


class Known:
    """What a board may rely on at the moment of the cut."""

    def __init__(self):
        self.numbers = []  # every n that was given
        self.unacked = {}  # n -> what it says
        self.register_wh = 0
        self.next_register_wh = 0
        self.seq: "int | None" = None
        self.next_seq: "int | None" = None
        self.epoch: "str | None" = None


def open_all(random: int):
    storage = Storage("/flash/state")
    journal = Journal(Storage("/flash/state/journal"), "b", "cp_1", lambda n: bytes([random] * n))
    return journal, Checkpoint(storage), Memory(storage)


def work(known: Known):
    """A scenario: two boots, messages, acks out of order, checkpoints, commands."""
    for boot in range(2):
        journal, checkpoint, memory = open_all(boot + 1)
        known.epoch = journal.epoch
        for step in range(6):
            session = "s%d-%d" % (boot, step)
            n = journal.append("charge_started", {"cp_id": "cp_1", "session_id": session, "register_wh": 1}, {})
            known.numbers.append(n)
            known.unacked[n] = session
            known.next_register_wh += 7
            checkpoint.write(Meter(known.next_register_wh), None, None)
            known.register_wh = known.next_register_wh
            known.next_seq = (known.seq or 0) + 1
            memory.last_seq = known.next_seq
            memory.remember_session(session)
            known.seq = known.next_seq
            if step % 2:
                acked = [n] if step == 3 else [min(known.unacked)]
                for each in acked:
                    known.unacked.pop(each, None)
                journal.ack(journal.epoch, acked)


def judge(known: Known, wrong: "list[str]"):
    journal, checkpoint, memory = open_all(99)
    found = {entry.n: json.loads(entry.payload).get("session_id") for entry in journal.entries}
    for n, session in known.unacked.items():
        if found.get(n) != session:
            wrong.append("lost %d" % n)
    if any(json.loads(entry.payload)["type"] == "gap" for entry in journal.entries):
        wrong.append("torn")
    if known.epoch is not None and journal.epoch != known.epoch:
        wrong.append("epoch")
    n = journal.append("charge_started", {"cp_id": "cp_1", "session_id": "new", "register_wh": 1}, {})
    if n is None or n in known.numbers or n <= max(found or [0]):
        wrong.append("repeated %s" % n)
    if checkpoint.register_wh not in (known.register_wh, known.next_register_wh):
        wrong.append("checkpoint %d" % checkpoint.register_wh)
    if memory.last_seq not in (known.seq, known.next_seq):
        wrong.append("seq")


def run(fatal: int, way: str, wrong: "list[str]"):
    """The scenario with one power cut. Returns whether the cut came before its end."""
    data = bytearray(fresh)
    known = Known()
    flash = Flash(data, fatal, way)
    cut = False
    try:
        vfs.mount(flash, "/flash")
        work(known)
    except OSError:
        cut = True
    try:
        vfs.umount("/flash")
    except OSError:
        pass
    vfs.mount(Flash(data), "/flash")
    try:
        judge(known, wrong)
    finally:
        vfs.umount("/flash")
    return cut


device = Flash(bytearray(BLOCK * BLOCKS))
vfs.VfsLfs2.mkfs(device)
fresh = bytes(device.data)
cuts, problems = 0, []
for way in (BEFORE, HALF, AFTER):
    fatal = 1
    while True:
        wrong = []
        cut = run(fatal, way, wrong)
        problems.extend(["%s at write %d (%s)" % (each, fatal, way) for each in wrong])
        if not cut:
            break
        cuts += 1
        fatal += 1
print(json.dumps({"cuts": cuts, "problems": problems[:20], "damage": len(problems)}))
