"""What a board must not forget until the bridge has acked it.

How it works. Each reliable message gets the next number, n, and is written to a file of its own, `<n>.json`, before it
is sent; its ack removes the file. After a power cut the files are read back, and numbers go on where they were. That is
why the newest message's file stays when it is acked, as `<n>.acked`: nothing of it is said again. `epoch` is a random
number drawn when the flash is new, so that a wiped board repeats no number.

Central tells duplicates by a bitmap WINDOW wide, so at most WINDOW numbers may lie between the oldest unacked message
and the newest. `append` refuses a message before it gets a number, so that a full journal makes no hole. Each kind may
fill only a part of the window (`_ROOM`): checkpoints and states are refused first, and room is left for the end of a
charge and for faults. A newer message may take the number of an older one of its kind: a checkpoint that was not sent
yet, and a registration that was not acked. Only damaged flash makes a hole, and a `gap` message tells Central of it.

A registration is kept until Central has accepted it, acked or not, and is said again under its number: a board that is
refused for weeks must not fill its window by knocking. The last numbers of the window are for registrations alone,
since only they can empty a full journal.
"""

import binascii

from wire.frame import LINE_LIMIT, FrameError, parse, payload_of
from wire.ids import WINDOW, lossy_id, reliable_id
from wire.ids import parse as parse_id

from chargepoint.board_kinds import SettingError
from chargepoint.delivery.storage import TEMPORARY, taken

IDENTITY = "identity"
_KEPT, _ACKED = ".json", ".acked"
# How many of the WINDOW numbers a kind may fill. A charge needs no more than 8 once it was allowed to start, and the
# monitor says again what was refused (a state, a fault) as long as it holds.
ROOM_FOR_A_CHARGE = WINDOW - 16
_ROOM = {
    "meter_checkpoint": WINDOW - 32,
    "status_notification": WINDOW - 24,
    "register_request": WINDOW,
    "fault_notification": WINDOW - 12,
    "recovery_notification": WINDOW - 12,
}
_ROOM_OF_OTHERS = WINDOW - 4
# Up to here a registration that was refused may take another number, where Central may know it by the one it has.
_ROOM_FOR_DOUBT = WINDOW // 2
# Of a checkpoint that was never sent a newer one takes the number. One that was sent may be logged, and a number never
# carries other content: Central would take the newer one for a duplicate.
_REPLACED_UNSENT = ("meter_checkpoint",)
# A registration that is not accepted is sent again as it is, under its number; only one that says something else than
# this is a new message. What changes all the time is in it as it was.
_REPEATED = "register_request"
_PASSING = ("register_wh", "last_seq", "weld_check", "lacks")
_ENVELOPE = ("type", "message_id", "v", "occurred_at_ms", "uptime_ms", "boot")
_LONGEST = LINE_LIMIT - 10  # less star, tag and newline


class Entry:
    """A message that is not acked; `sent`: it may have reached the bridge; `due`: when to send it (again), None now.

    Of a registration alone: `acked`, `accepted` by Central, `awaited`: its answer is; `doubtful`: an answer was lost,
    so that Central may have taken it; `spent`: it was refused then, and Central might take it for a duplicate.
    """

    def __init__(self, n, payload, sent):
        self.n = n
        self.kind = parse(payload)["type"]
        self.payload = payload
        self.sent = sent
        self.due = None
        self.acked = self.accepted = self.awaited = self.doubtful = self.spent = False


class Journal:
    """`epoch` is drawn when the flash is new, `boot` counts this board's starts. `refused` counts by kind.

    `sealed`: newer firmware has written it, so that nothing is sent, appended or removed.

    Raises SettingError where the flash is of another board or charge point: under their ids no bridge would take from
    here what is not acked yet, and it would fill the journal for good.
    """

    def __init__(self, storage, board, cp_id, random_bytes):
        self.board = board
        self.cp_id = cp_id
        self.epoch = ""
        self.boot = 0
        self.refused = {}
        self.entries = []  # unacked, by rising n
        self._storage = storage
        self.flash = storage.flash
        self._lossy = 0
        self._newest = 0
        identity = storage.read_record(IDENTITY)
        self.sealed = IDENTITY in self.flash.newer
        damaged = self._load()
        if self.sealed:
            self.epoch = _drawn(random_bytes)  # for what may be lost
        else:
            self._identify(identity or {}, random_bytes)
            self._announce(damaged)

    # --- writing ---

    def append(self, kind, fields, stamp):
        """Journal a message; its n, or None (counted) where the journal has no room left for its kind."""
        if kind == _REPEATED:
            entry = self.registration()
            if entry is not None and _says(parse(entry.payload), fields):
                entry.due = None
                return entry.n
        entry = self._replaceable(kind)
        if entry is None and not self.room_for(kind):
            self.refused[kind] = self.refused.get(kind, 0) + 1
            return None
        n = self._newest + 1 if entry is None else entry.n
        payload = self._payload(n, kind, fields, stamp)
        self._storage.write(_name(n), payload)
        if entry is None:
            self._forget_newest_acked()
            self._newest = n
            self.entries.append(Entry(n, payload, sent=False))
        else:
            entry.payload, entry.due = payload, None
        if kind == _REPEATED:
            self._drop_registrations(n)
        return n

    def span(self):
        """How many numbers lie from the oldest unacked to the newest."""
        return self._newest - self.entries[0].n + 1 if self.entries else 0

    def room_for(self, kind):
        return not self.sealed and self.span() < _ROOM.get(kind, _ROOM_OF_OTHERS)

    def room_for_a_charge(self):
        return not self.sealed and self.span() < ROOM_FOR_A_CHARGE

    def ack(self, epoch, numbers):
        if epoch != self.epoch:
            return
        for entry in [each for each in self.entries if each.n in numbers]:
            entry.acked = True
            if entry.kind != _REPEATED or entry.accepted:
                self._drop(entry)

    # --- what became of a registration ---

    def registration_said(self):
        entry = self.registration()
        if entry is not None:
            entry.doubtful = entry.doubtful or entry.awaited
            entry.awaited = True

    def registration_accepted(self):
        for entry in self.entries:
            entry.accepted = entry.accepted or entry.kind == _REPEATED
        self._drop_registrations(self._newest + 1)

    def registration_refused(self):
        """It stays, and is said again: Central keeps nothing of what it refused, so that its number is still good."""
        entry = self.registration()
        if entry is not None:
            entry.awaited = False
            entry.spent = entry.doubtful and self.span() < _ROOM_FOR_DOUBT

    def lossy_id(self):
        """The id of a message that may be lost."""
        self._lossy += 1
        return lossy_id(self.board, self.epoch, self._lossy)

    # --- reading ---

    def find(self, kind, field, value):
        """Whether an unacked message of the kind has that value."""
        return any(entry.kind == kind and parse(entry.payload).get(field) == value for entry in self.entries)

    def above(self, n):
        """[(n, message)] of the unacked with larger numbers."""
        return [(entry.n, parse(entry.payload)) for entry in self.entries if entry.n > n]

    def registration(self):
        """The newest register_request that Central may still accept, or None."""
        for entry in reversed(self.entries):
            if entry.kind == _REPEATED:
                return None if entry.spent or self.sealed else entry
        return None

    # --- parts ---

    def _payload(self, n, kind, fields, stamp):
        message = {"type": kind, "message_id": reliable_id(self.board, self.epoch, n)}
        message.update(fields)
        message.update(stamp)
        payload = payload_of(message)
        if len(payload) > _LONGEST:  # settings bound every text, so this is a mistake of ours
            raise FrameError("too_long", kind)
        return payload

    def _replaceable(self, kind):
        for entry in self.entries:
            if entry.kind == kind and kind in _REPLACED_UNSENT and not entry.sent:
                return entry
        return None

    def _drop(self, entry):
        self.entries.remove(entry)
        if entry.n == self._newest:
            self._storage.rename(_name(entry.n), _name(entry.n, _ACKED))
        else:
            self._storage.remove(_name(entry.n))

    def _drop_registrations(self, below):
        """Those that are acked: a newer one says what is so now, or Central has accepted them."""
        for entry in [each for each in self.entries if each.kind == _REPEATED and each.acked and each.n < below]:
            self._drop(entry)

    def _forget_newest_acked(self):
        """The file of the newest message stayed when it was acked; once there is a newer one, it may go."""
        if self._newest and not (self.entries and self.entries[-1].n == self._newest):
            self._storage.remove(_name(self._newest, _ACKED))

    def _load(self):
        """Read the files back; the numbers of damaged ones."""
        damaged, files = [], []
        for name in self._storage.names():
            if _number(name):
                files.append((_number(name), name))
            elif name.endswith(TEMPORARY) and _number(name[: -len(TEMPORARY)]):
                self._storage.clear(name[: -len(TEMPORARY)])
        files.sort()
        for n, name in files:
            if name.endswith(_ACKED) and n < files[-1][0] and not self.sealed:
                self._storage.remove(name)  # the power went before it was
                continue
            self._newest = n
            payload = self._storage.read(name)
            epoch = None if payload is None else _epoch_of(payload)
            if epoch is not None:
                self.epoch, self.boot = epoch, max(self.boot, _boot_of(payload))
            if name.endswith(_KEPT):
                if epoch is None:
                    damaged.append(n)
                else:
                    self.entries.append(Entry(n, payload, sent=True))  # nobody knows; so it must not change any more
        return damaged

    def _identify(self, identity, random_bytes):
        """Epoch and boot; where their file is damaged the messages themselves still tell them."""
        epoch = taken(identity, "epoch", "")
        if epoch:
            self._compare(identity.get("board"), identity.get("cp_id"))
            self.epoch, self.boot = epoch, taken(identity, "boot", 0)
        elif not self.epoch:
            self.epoch = _drawn(random_bytes)
            self._storage.remove(_name(self._newest, _ACKED))
            self._newest = 0  # another epoch: the numbers of files that nobody can read are no longer ours
        self.boot += 1
        self._storage.write_record(IDENTITY, {
            "board": self.board, "cp_id": self.cp_id, "epoch": self.epoch, "boot": self.boot,
        })

    def _compare(self, board, cp_id):
        if (board, cp_id) != (self.board, self.cp_id):
            raise SettingError(
                "state_dir: holds what board %s of %s has to tell, not board %s of %s; expected another folder, or "
                "the board and cp_id of before" % (board, cp_id, self.board, self.cp_id)
            )

    def _announce(self, damaged):
        """A gap for each run of numbers lost; journaled before their files go, so that n goes on from them."""
        for first, last in _runs(damaged):
            if not self._newest or self.append("gap", {"cp_id": self.cp_id, "from": first, "to": last}, {}):
                for n in range(first, last + 1):
                    self._storage.remove(_name(n))


def _drawn(random_bytes):
    """An epoch."""
    return binascii.hexlify(random_bytes(8)).decode()


def _says(message, fields):
    """Whether a journaled message says the same as these fields, but for what changes all the time."""
    told = [name for name in message if name not in _ENVELOPE]
    names = [name for name in fields if name not in _PASSING]
    return all(message.get(name) == fields[name] for name in names) and all(
        name in fields or name in _PASSING for name in told
    )


def _name(n, suffix=_KEPT):
    return "%d%s" % (n, suffix)


def _number(name):
    """The number that a file is named for; 0 for what is none of the journal's."""
    for suffix in (_KEPT, _ACKED):
        digits = name[: -len(suffix)]
        if name.endswith(suffix) and digits.isdigit():
            return int(digits)
    return 0


def _runs(numbers):
    """[(first, last)] of consecutive numbers."""
    runs = []
    for n in numbers:
        if runs and runs[-1][1] == n - 1:
            runs[-1] = (runs[-1][0], n)
        else:
            runs.append((n, n))
    return runs


def _boot_of(payload):
    boot = parse(payload).get("boot")
    return boot if isinstance(boot, int) else 0


def _epoch_of(payload):
    """None for what is no reliable message."""
    try:
        message = parse(payload)
    except FrameError:
        return None
    parsed = parse_id(str(message.get("message_id"))) if taken(message, "type", "") else None
    return None if parsed is None else parsed[1]
