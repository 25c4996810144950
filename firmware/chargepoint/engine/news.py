"""What the other end of the engine's link has been told unasked: changes, and everything where the end is another."""


class News:
    def __init__(self):
        self._told = None  # generation of the link, state, vehicle
        self._faults = []

    def has_any(self, generation, state, vehicle, faults):
        told = self._told
        if told is None or told[0] != generation or told[1] != state or told[2] != vehicle:
            return True
        return self._faults != faults

    def told(self, generation, state, vehicle, faults):
        self._told = (generation, state, vehicle)
        self._faults = list(faults)
