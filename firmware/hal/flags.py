"""A flag that outlives a power cut: a file that is there or not."""

import os


class Flag:
    def __init__(self, folder, name):
        self._path = folder + "/" + name

    def is_up(self):
        try:
            os.stat(self._path)
        except OSError:
            return False
        return True

    def set(self, up):
        """Raises OSError where the flash does."""
        if up:
            open(self._path, "w").close()
        elif self.is_up():
            os.remove(self._path)
