"""What a board must not forget until the bridge has acked it.

How it works. Each reliable message gets the next number, n, and is written to a file of its own, `<n>.json`, before it
is sent; its ack removes the file. After a power cut the files are read back, and numbers go on where they were. That is
why the newest message's file stays even when it is acked (after a reboot that message is sent once more, and Central
knows it by its n). `epoch` is a random number drawn when the flash is new, so that a wiped board repeats no number.

Central tells duplicates by a bitmap WINDOW wide, so at most WINDOW numbers may lie between the oldest unacked message
and the newest. `append` refuses a message before it gets a number, so that a full journal makes no hole. Each kind may
fill only a part of the window (`_ROOM`): checkpoints and states are refused first, and room is left for the end of a
charge and for faults. A newer message may take the number of an older one of its kind: a checkpoint that was not sent
yet, and a registration that was not acked. Only damaged flash makes a hole, and a `gap` message tells Central of it.
"""

import binascii

from wire.frame import LINE_LIMIT, FrameError, parse, payload_of
from wire.ids import WINDOW, lossy_id, reliable_id
from wire.ids import parse as parse_id

from chargepoint.settings import SettingError

IDENTITY = "identity"
_SUFFIX = ".json"
# How many of the WINDOW numbers a kind may fill. A charge needs no more than 8 once it was allowed to start, and the
# monitor says again what was refused (a state, a fault) as long as it holds.
ROOM_FOR_A_CHARGE = WINDOW - 16
_ROOM = {
    "meter_checkpoint": WINDOW - 32,
    "status_notification": WINDOW - 24,
    "command_response": WINDOW - 4,
    "register_request": WINDOW - 4,
    "fault_notification": WINDOW - 12,
    "recovery_notification": WINDOW - 12,
}
# Of a checkpoint that was never sent a newer one takes the number. One that was sent may be logged, and a number never
# carries other content: Central would take the newer one for a duplicate.
_REPLACED_UNSENT = ("meter_checkpoint",)
# A registration that is not acked is sent again as it is, under its number; only one that says something else than this
# is a new message. What changes all the time is in it as it was.
_REPEATED = "register_request"
_PASSING = ("register_wh", "last_seq")
_ENVELOPE = ("type", "message_id", "v", "occurred_at_ms", "uptime_ms", "boot")
_LONGEST = LINE_LIMIT - 10  # less star, tag and newline


class Entry:
    """A message that is not acked; `sent`: it may have reached the bridge; `due`: when to send it (again), None now."""

    def __init__(self, n, payload, sent):
        self.n = n
        self.kind = parse(payload)["type"]
        self.payload = payload
        self.sent = sent
        self.due = None


class Journal:
    """`epoch` is drawn when the flash is new, `boot` counts this board's starts. `refused` counts by kind.

    Raises SettingError where the flash is of another board or charge point: under their ids no bridge would take from
    here what is not acked yet, and it would fill the journal for good.
    """

    def __init__(self, storage, board, cp_id, random_bytes):
        self.board = board
        self.cp_id = cp_id
        self.epoch = ""
        self.refused = {}
        self.entries = []  # unacked, by rising n
        self._storage = storage
        self._lossy = 0
        self._newest = 0
        damaged = self._load()
        self._identify(random_bytes)
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
        if entry is None and self.span() >= _ROOM.get(kind, WINDOW):
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
        return n

    def span(self):
        """How many numbers lie from the oldest unacked to the newest."""
        return self._newest - self.entries[0].n + 1 if self.entries else 0

    def room_for_a_charge(self):
        return self.span() < ROOM_FOR_A_CHARGE

    def ack(self, epoch, numbers):
        if epoch != self.epoch:
            return
        for n in numbers:
            if self._drop(n) and n != self._newest:
                self._storage.remove(_name(n))

    def lossy_id(self):
        """The id of a message that may be lost."""
        self._lossy += 1
        return lossy_id(self.board, self.epoch, self._lossy)

    # --- reading ---

    def find(self, kind, field, value):
        """Whether an unacked message of the kind has that value."""
        return any(entry.kind == kind and parse(entry.payload).get(field) == value for entry in self.entries)

    def above(self, n):
        """[(n, message)] of the unacked with larger numbers; just after a boot the newest of all is among them."""
        return [(entry.n, parse(entry.payload)) for entry in self.entries if entry.n > n]

    def registration(self):
        """The newest unacked register_request, or None."""
        for entry in reversed(self.entries):
            if entry.kind == _REPEATED:
                return entry
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

    def _drop(self, n):
        for i, entry in enumerate(self.entries):
            if entry.n == n:
                del self.entries[i]
                return True
        return False

    def _forget_newest_acked(self):
        """The file of the newest message stayed when it was acked; once there is a newer one, it may go."""
        if self._newest and not (self.entries and self.entries[-1].n == self._newest):
            self._storage.remove(_name(self._newest))

    def _load(self):
        """Read the files back; the numbers of damaged ones."""
        damaged = []
        for n in sorted([_number(name) for name in self._storage.names() if _number(name)]):
            self._newest = n
            payload = self._storage.read(_name(n))
            epoch = None if payload is None else _epoch_of(payload)
            if epoch is None:
                damaged.append(n)
            else:
                self.epoch = epoch
                self.entries.append(Entry(n, payload, sent=True))  # nobody knows; so it must not change any more
        return damaged

    def _identify(self, random_bytes):
        """Epoch and boot; where their file is damaged the messages themselves still tell the epoch."""
        identity = self._storage.read_record(IDENTITY)
        if identity is not None:
            self._compare(identity["board"], identity["cp_id"])
            self.epoch, self.boot = identity["epoch"], identity["boot"] + 1
        elif self.epoch:
            self.boot = _after(self.entries)
        else:
            self.epoch, self.boot = binascii.hexlify(random_bytes(8)).decode(), 1
            self._newest = 0  # another epoch: the numbers of files that nobody can read are no longer ours
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


def _says(message, fields):
    """Whether a journaled message says the same as these fields, but for what changes all the time."""
    told = [name for name in message if name not in _ENVELOPE]
    names = [name for name in fields if name not in _PASSING]
    return all(message.get(name) == fields[name] for name in names) and all(
        name in fields or name in _PASSING for name in told
    )


def _name(n):
    return "%d%s" % (n, _SUFFIX)


def _number(name):
    digits = name[: -len(_SUFFIX)]
    return int(digits) if name.endswith(_SUFFIX) and digits.isdigit() else 0


def _runs(numbers):
    """[(first, last)] of consecutive numbers."""
    runs = []
    for n in numbers:
        if runs and runs[-1][1] == n - 1:
            runs[-1] = (runs[-1][0], n)
        else:
            runs.append((n, n))
    return runs


def _after(entries):
    """A boot number above all that the messages name."""
    return max([_boot_of(entry.payload) for entry in entries]) + 1


def _boot_of(payload):
    boot = parse(payload).get("boot")
    return boot if isinstance(boot, int) else 0


def _epoch_of(payload):
    parsed = parse_id(str(parse(payload).get("message_id")))
    return None if parsed is None else parsed[1]
