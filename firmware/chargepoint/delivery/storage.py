"""Small files that survive a power cut: one line each, payload and CRC, written beside and renamed into place.

Rename replaces the old file at once on littlefs and POSIX alike; removing first would lose both to a cut between.
"""

import os

from wire.frame import parse, payload_of
from wire.seal import CRC32

_TEMPORARY = ".tmp"  # one that the power left behind is overwritten when its name is written next
_SEALED = b"*"


class Storage:
    """A folder of such files. `damaged` counts files that could not be read back whole."""

    def __init__(self, folder):
        self._folder = folder
        self.damaged = 0
        make_folder(folder)

    def names(self):
        return os.listdir(self._folder)

    def write(self, name, payload):
        """Raises OSError where the flash does; the file then holds what it held before, or the new payload."""
        temporary = self._path(name + _TEMPORARY)
        with open(temporary, "wb") as file:
            file.write(payload + _SEALED + CRC32.tag(payload))
        os.rename(temporary, self._path(name))

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
        os.rename(self._path(name), self._path(new))

    def remove(self, name):
        try:
            os.remove(self._path(name))
        except OSError:
            pass  # it is gone already

    def write_record(self, name, record):
        self.write(name, payload_of(record))

    def read_record(self, name):
        payload = self.read(name)
        return None if payload is None else parse(payload)

    def _path(self, name):
        return self._folder + "/" + name


def make_folder(path):
    """The folder and those above it, where they are not there yet."""
    for end in [i for i in range(1, len(path)) if path[i] == "/"] + [len(path)]:
        try:
            os.mkdir(path[:end])
        except OSError:
            pass  # it is there, or the first file written will say what is wrong
