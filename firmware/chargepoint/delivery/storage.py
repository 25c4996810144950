"""Small files that survive a power cut: one line each, payload and CRC, written beside and renamed into place.

Rename replaces the old file at once on littlefs and POSIX alike; removing first would lose both to a cut between.
Records carry the version of their fields. Older ones are read; newer ones are kept untouched (`Flash.newer`).
"""

import os

from wire.frame import FrameError, parse, payload_of
from wire.seal import CRC32

VERSION = 1  # of records; one without a version is of the first
TEMPORARY = ".tmp"
_FOLDER, _FILE = 0x4000, 0x8000
_SEALED = b"*"
FLASH_MOST_MS = 820  # a file's write at its worst, with two erases; about 96 ms as a rule


class Flash:
    """`used`: how many files were written, renamed or removed in this pass of the loop. One is enough: each may hold
    everything up for as long as an erase takes, and the sensor waits meanwhile. `before`: in the pass before.
    `newer`: names of records that newer firmware wrote, which are not written any more.
    """

    def __init__(self):
        self.used = self.before = 0
        self.newer = []

    def begin_pass(self):
        self.before = self.used
        self.used = 0


class Storage:
    """A folder of such files. `damaged` counts files that could not be read back whole.

    flash: what all folders of a board share; with it, files that need not go at once go in a later pass (`tidy`).
    """

    def __init__(self, folder, flash=None):
        self._folder = folder
        self.flash = Flash() if flash is None else flash
        self._waits = flash is not None
        self._doomed = []  # (name, its new one or None): files to rename or to remove, in this order
        self.damaged = 0
        _move_aside(folder, _FOLDER)
        make_folder(folder)

    def names(self):
        return os.listdir(self._folder)

    def write(self, name, payload):
        """Tried twice. Raises OSError where the flash does; the file then holds what it held, or the new payload."""
        self.flash.used += 1
        self._doomed = [each for each in self._doomed if each[0] != name]
        line, path = payload + _SEALED + CRC32.tag(payload), self._path(name)
        try:
            _replace(path, line)
        except OSError:
            _move_aside(path, _FILE)
            _move_aside(path + TEMPORARY, _FILE)
            _replace(path, line)

    def read(self, name):
        """The payload; None if there is no such file, or (counted) if it is damaged."""
        try:
            with open(self._path(name), "rb") as file:
                line = file.read()
        except OSError:
            return None
        star = len(line) - CRC32.size - 1
        if star < 0 or line[star : star + 1] != _SEALED or CRC32.tag(line[:star]) != line[star + 1 :]:
            self.damaged += 1
            return None
        return line[:star]

    def rename(self, name, new):
        """Now, or in a later pass where this one has cost a file already."""
        self._doomed.append((name, new))
        self.tidy()

    def remove(self, name):
        """As `rename`."""
        self._doomed.append((name, None))
        self.tidy()

    def tidy(self):
        """Rename or remove one file, where this pass has cost nothing yet."""
        if not self._doomed or (self._waits and self.flash.used):
            return
        self.flash.used += 1
        name, new = self._doomed.pop(0)
        try:
            if new is None:
                os.remove(self._path(name))
            else:
                os.rename(self._path(name), self._path(new))
        except OSError:
            pass  # it is gone already

    def write_record(self, name, record):
        """Raises OSError as `write`. One of newer firmware stays as it is."""
        if name not in self.flash.newer:
            record["v"] = VERSION
            self.write(name, payload_of(record))

    def read_record(self, name):
        """At the board's start. None if there is none, it is damaged, or newer firmware wrote it."""
        self.clear(name)
        payload = self.read(name)
        if payload is None:
            return None
        try:
            record = parse(payload)
        except FrameError:
            self.damaged += 1
            return None
        if taken(record, "v", VERSION) > VERSION:
            self.flash.newer.append(name)
            return None
        return record

    def clear(self, name):
        """What the power left of a write to that name."""
        try:
            os.remove(self._path(name + TEMPORARY))
        except OSError:
            pass  # nothing, as a rule

    def _path(self, name):
        return self._folder + "/" + name


def taken(record, name, default):
    """A record's field, where it is what it should be: of the default's type."""
    value = record.get(name)
    return value if isinstance(value, type(default)) else default


def _replace(path, line):
    with open(path + TEMPORARY, "wb") as file:
        file.write(line)
    os.rename(path + TEMPORARY, path)


def _move_aside(path, sort):
    """What is not of that sort: a folder where a file is to be, or the other way round."""
    try:
        if os.stat(path)[0] & 0xF000 != sort:
            os.rename(path, path + ".old")
    except OSError:
        pass  # there is nothing, or the write will say what is wrong


def make_folder(path):
    """The folder and those above it, where they are not there yet."""
    for end in [i for i in range(1, len(path)) if path[i] == "/"] + [len(path)]:
        try:
            os.mkdir(path[:end])
        except OSError:
            pass  # it is there, or the first file written will say what is wrong
