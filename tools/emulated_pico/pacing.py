"""The guest beside the world's clock, for programs at its port: never ahead of it, and behind where it is too busy."""

import time

from tools.emulated_pico.board import PicoBoard

QUANTUM_S = 0.005
MAX_BEHIND_S = 0.25  # more is given up: a busy guest must not race afterwards


class Pace:
    """`seconds_behind`: of the world's time, given up so far."""

    def __init__(self, board: PicoBoard) -> None:
        self.seconds_behind = 0.0
        self._board = board
        self._speed = 0.0
        self._due_s = 0.0

    def start(self, speed: float) -> None:
        """From now on; 0: the guest stands still but for what is asked of it."""
        self._speed = speed
        self._due_s = time.monotonic()

    @property
    def wait_s(self) -> float | None:
        """How long nothing is to be done; None: for ever."""
        return max(0.0, self._due_s - time.monotonic()) if self._speed else None

    def step(self) -> None:
        """Runs the guest for a quantum where it is due."""
        if not self._speed or time.monotonic() < self._due_s:
            return
        self._board.run(QUANTUM_S)
        self._due_s += QUANTUM_S / self._speed
        behind_s = time.monotonic() - self._due_s
        if behind_s > MAX_BEHIND_S:
            self._due_s += behind_s
            self.seconds_behind += behind_s
