"""Whether all of an engine goes on: samples come, protections judge them, control steps. Only then is the watchdog fed.

Not whether all is well: a welded relay is a fault that is reported, and another start would not part its contacts. But
a sampler that stands still may go on after one.
"""

_WRAP = 0x3FFFFFFF


class Pulse:
    """Three counters, each advanced by whoever has just done it."""

    def __init__(self):
        self._sampled = self._judged = self._stepped = 0
        self._fed_sampled = self._fed_judged = self._fed_stepped = 0

    def sampled(self):
        self._sampled = self._sampled + 1 & _WRAP

    def judged(self):
        self._judged = self._judged + 1 & _WRAP

    def stepped(self):
        self._stepped = self._stepped + 1 & _WRAP

    def goes_on(self, is_given_up):
        """Whether each has advanced since this was last True.

        is_given_up: starting anew has not helped, so the board stays up to report, whatever its samples do.
        """
        if self._stepped == self._fed_stepped:
            return False
        if not is_given_up and (self._sampled == self._fed_sampled or self._judged == self._fed_judged):
            return False
        self._fed_sampled, self._fed_judged, self._fed_stepped = self._sampled, self._judged, self._stepped
        return True
