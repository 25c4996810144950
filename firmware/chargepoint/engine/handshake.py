"""What was said on the engine's link since it came up. A new link begins with nothing said, whoever is on it.

So somebody who merely connects can start nothing, and leads nothing out of safe mode. (Who somebody is only a key could
tell.)
"""


class Handshake:
    """`is_registered`: Central's acceptance of a registration came by; `is_checked`: a health check was answered."""

    def __init__(self, link):
        self._link = link
        self._registered_on = self._checked_on = None  # generations of the link

    def is_registered(self):
        return self._registered_on == self._link.generation

    def is_checked(self):
        return self._checked_on == self._link.generation

    def registered(self, accepted):
        self._registered_on = self._link.generation if accepted else None

    def checked(self):
        self._checked_on = self._link.generation
