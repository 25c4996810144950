"""Run on MicroPython: a whole charge of the real firmware on littlefs, and the power cut at every write to its flash.

    micropython cut_charge.py FIRMWARE [EACH]       EACH: cut at every so many writes only

The charge runs once and each write is kept, with what was known then. What a cut leaves is what all writes before have
left, and one torn write; a board boots on that, beside a bridge that knows what it knew then. Prints one JSON object:
{"writes", "boots", "damage": how much was wrong, "problems": the first of it, "lost_ms": the most that a cut has cost}.
"""

import json
import os
import sys

import vfs  # pyright: ignore[reportMissingImports]  # MicroPython's own

sys.path.insert(0, sys.argv[1])

from nor_flash import BLOCK, ERASED, PROGRAM, TEARS, Flash, put, torn
from small_world import POWER_W, Bench
from wire.frame import parse

BLOCKS = 32
FOLDER = "/flash/state"
FLASH_MS = 10000  # how often a charge is written to flash
STEP_MS = 50
SETTINGS = {"flash_interval_ms": FLASH_MS, "checkpoint_interval_ms": 12000}
NOT_ACKED_MS = 9000  # from the charge's beginning on: then checkpoints are taken and their acks come late
WH_MWS = 3600000


def mount(flash: Flash):
    vfs.mount(vfs.VfsLfs2(flash, progsize=PROGRAM), "/flash")


class Known:
    """What is known of the board; a cut is judged by as much of it as there was then.

    `given`: (n, payload) in the order of journaling; `gone`: numbers whose files were removed; both only grow.
    """

    def __init__(self, bench: Bench):
        self.bench = bench
        self.given: "list[tuple[int, bytes]]" = []
        self.gone: "list[int]" = []
        self.moments: "list[Moment]" = []

    def watch(self, board):
        """Hears of what the journal keeps and forgets."""
        journal, storage = board.journal, board._journaled
        keep, tidy = journal.append, storage.tidy

        def append(kind: str, fields, stamp):
            n = keep(kind, fields, stamp)
            if n is not None:
                self.given.append((n, next(each.payload for each in journal.entries if each.n == n)))
            return n

        def removing():
            before = [name for name, _ in storage._doomed]
            tidy()
            left = [name for name, _ in storage._doomed]
            self.gone += [int(name[:-5]) for name in before if name not in left and name.endswith(".json")]

        journal.append, storage.tidy = append, removing

    def before_write(self):
        self.moments.append(Moment(self))


class Moment:
    """Just before a write."""

    def __init__(self, known: Known):
        bench, bridge = known.bench, known.bench.bridge
        self.taken = dict(bridge.taken)
        self.acked = {n for _, n in bridge.acked}
        self.commands = dict(bridge.commands)
        self.seq = bridge.seq
        self.given, self.gone = len(known.given), len(known.gone)
        self.closures = list(bench.world.closures)
        self.fed_mws = dict(bench.world.fed_mws)
        self.epoch = bench.board.journal.epoch if bench.board is not None and known.given else None
        self.at_ms = bench.clock.ms


def scenario(flash: Flash, known: Known):
    """Two whole charges with a power cut in the middle of another, and what was not acked for a while."""
    bench = known.bench

    def power_on(boot: int):
        known.watch(bench.power_on(boot))

    power_on(1)
    bench.start("s1")
    bench.run(NOT_ACKED_MS)
    bench.bridge.acks = False
    bench.run(2 * FLASH_MS + 6000 - NOT_ACKED_MS)
    bench.ask("stop_charge", session_id="s1", reason="driver")
    bench.until(lambda: "s1" in bench.bridge.ended(), "the end of s1")
    bench.bridge.acks = True
    bench.start("s2")
    bench.run(FLASH_MS + 4000)
    vfs.umount("/flash")
    mount(flash)
    power_on(2)
    bench.until(lambda: "s2" in bench.bridge.ended() and bench.idle(), "the end of s2")
    bench.start("s3")
    bench.run(1000)
    bench.stop("s3")


def last_given(given: "list[tuple[int, bytes]]", count: int):
    """n -> what its file may hold: what was journaled last and, of the write that is under way, what comes next."""
    found = {n: [payload] for n, payload in given[:count]}
    if count < len(given) and given[count][0] in found:
        found[given[count][0]].append(given[count][1])
    return found


def judge_boot(bench: Bench, moment: Moment, known: Known, wrong: "list[str]"):
    """The board has booted and said nothing yet."""
    board = bench.board
    judge_journal(board.journal, moment, known, wrong)
    if moment.epoch is not None and board.journal.epoch != moment.epoch:
        wrong.append("another epoch")
    told_wh = max([0] + [register_of(message) for message in moment.taken.values()])
    if board.engine.meter.register_wh < told_wh:
        wrong.append("the register went down to %d from %d" % (board.engine.meter.register_wh, told_wh))
    if board._storage.damaged or board._journaled.damaged:
        wrong.append("a damaged file")
    files = os.listdir(FOLDER) + os.listdir(FOLDER + "/journal")
    wrong += ["left behind: " + name for name in files if name.endswith(".tmp")]


def judge_journal(journal, moment: Moment, known: Known, wrong: "list[str]"):
    journal = {entry.n: entry.payload for entry in journal.entries}
    gone = set(known.gone[: moment.gone])
    for n, payloads in last_given(known.given, moment.given).items():
        if n in gone:
            if n in journal:
                wrong.append("%d was acked and has come back" % n)
        elif n not in journal:
            if n not in moment.acked:
                wrong.append("%d was not acked and is gone" % n)
        elif journal[n] not in payloads:
            wrong.append("%d says something else" % n)
    if [each for each in journal.values() if parse(each)["type"] == "gap"]:
        wrong.append("torn")


def register_of(message):
    return message.get("end_register_wh") or message.get("register_wh") or 0


def afterwards(bench: Bench, moment: Moment):
    """It reports; what was asked before is asked again, as it was and under a new number; then another charge."""
    bridge = bench.bridge
    bridge.commands = dict(moment.commands)
    bench.until(lambda: bridge.registered and not bridge.commands, "registered, and commands answered")
    running = bench.board.engine.session_id()
    if running is not None:  # the start that the cut came before
        bench.stop(running)
    bench.until(bench.idle, "idle")
    for session_id in sorted(set(moment.closures)):
        answer = bench.ask("start_charge", session_id=session_id)
        if answer.get("reason") != "already_ran":
            bridge.wrong.append("start of %s again: %s" % (session_id, answer))
    bench.start("s9")
    bench.run(500)
    bench.stop("s9")


def judge_end(bench: Bench, moment: Moment, wrong: "list[str]"):
    """Returns the most that was fed and not billed, in mW·s."""
    bridge, world = bench.bridge, bench.world
    wrong += bridge.wrong
    closures = moment.closures + world.closures
    if len(set(closures)) != len(closures):
        wrong.append("the relay closed twice for a session: %s" % closures)
    ended = bridge.ended()
    if sorted(ended) != sorted(set(ended)):
        wrong.append("completed twice: %s" % ended)
    accepted = [answer for answer in bridge.of("command_response") if answer["accepted"]]
    begun = set(closures) | {answer["session_id"] for answer in accepted if "session_id" in answer}
    if not begun <= set(ended):
        wrong.append("never completed: %s" % (begun - set(ended)))
    if not set(ended) <= {"s1", "s2", "s3", "s9"}:
        wrong.append("another id: %s" % ended)
    numbers = sorted([n for _, n in bridge.taken])
    if len({epoch for epoch, _ in bridge.taken}) != 1 or numbers != list(range(1, len(numbers) + 1)):
        wrong.append("numbers: %s" % numbers)
    lost_mws = 0
    for message in bridge.of("charge_completion"):
        session_id = message["session_id"]
        fed_mws = moment.fed_mws.get(session_id, 0) + world.fed_mws.get(session_id, 0)
        billed_mws = (message["end_register_wh"] - message["start_register_wh"]) * WH_MWS
        lost_mws = max(lost_mws, fed_mws - billed_mws)
        if billed_mws > fed_mws + WH_MWS:
            wrong.append("%s is billed %d Wh of %d" % (session_id, billed_mws // WH_MWS, fed_mws // WH_MWS))
    return lost_mws


def boot_after(image: bytearray, moment: Moment, known: Known, wrong: "list[str]"):
    """Returns what was lost, in mW·s."""
    mount(Flash(image))
    try:
        bench = Bench(FOLDER, 2 * STEP_MS, moment.at_ms, moment.taken, moment.seq, **SETTINGS)
        bench.power_on(3)
        judge_boot(bench, moment, known, wrong)
        afterwards(bench, moment)
        return judge_end(bench, moment, wrong)
    except (AssertionError, OSError) as error:
        wrong.append(repr(error))
        return 0
    finally:
        vfs.umount("/flash")


def main(each: int):
    image = bytearray(ERASED * BLOCKS)
    vfs.VfsLfs2.mkfs(Flash(image), progsize=PROGRAM)
    log: "list[tuple[int, bytes]]" = []
    known = Known(Bench(FOLDER, STEP_MS, **SETTINGS))
    flash = Flash(bytearray(image), log, known.before_write)
    mount(flash)
    scenario(flash, known)
    vfs.umount("/flash")
    noise = bytes([(7 * i + i // 13) & 255 for i in range(BLOCK)])
    boots = damage = most_mws = 0
    problems: "list[str]" = []
    for at, (start, content) in enumerate(log):
        tried: "list[bytes]" = []
        for tear in TEARS if at % each == 0 else ():
            left = torn(image, start, content, tear, noise)
            if left in tried:
                continue
            tried.append(left)
            cut = bytearray(image)
            put(cut, start, left)
            wrong: "list[str]" = []
            most_mws = max(most_mws, boot_after(cut, known.moments[at], known, wrong))
            boots += 1
            damage += len(wrong)
            problems += ["%s (write %d of %d, %s)" % (text, at + 1, len(log), tear) for text in wrong]
        put(image, start, content)
    print(json.dumps({
        "writes": len(log), "boots": boots, "damage": damage, "problems": problems[:20], "lost_ms": most_mws // POWER_W,
    }))


main(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
