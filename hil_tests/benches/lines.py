"""Virtual byte lines, and what can be wrong with them."""

import random
from collections import deque
from collections.abc import Callable

MAX_OUT = 8192


class Condition:
    """A perfect line. Others change how what is written arrives."""

    most = 4096  # bytes of one read

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def carry(self, data: bytes, now_ms: int) -> list[bytes]:
        return [data]

    def breaks(self, now_ms: int) -> bool:
        return False


class ByteAtATime(Condition):
    most = 1


class Lossy(Condition):
    """One frame of ten vanishes, one of twenty is damaged."""

    def carry(self, data: bytes, now_ms: int) -> list[bytes]:
        chance = self.random.random()
        if chance < 0.1:
            return []
        if chance < 0.15:
            at = self.random.randrange(len(data))
            return [data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1 :]]
        return [data]


class Duplicating(Condition):
    def carry(self, data: bytes, now_ms: int) -> list[bytes]:
        return [data, data] if self.random.random() < 0.5 else [data]


class Deaf(Condition):
    """800 ms of every 3 s: a flash erase with interrupts off."""

    def carry(self, data: bytes, now_ms: int) -> list[bytes]:
        return [] if now_ms % 3000 < 800 else [data]


class Breaking(Condition):
    """The connection breaks every few seconds. What was still on its way arrives late, on the next connection."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._next_ms = 1500

    def breaks(self, now_ms: int) -> bool:
        if now_ms < self._next_ms:
            return False
        self._next_ms = now_ms + self.random.randint(700, 5000)
        return True


CONDITIONS = {
    "perfect": Condition, "byte at a time": ByteAtATime, "lossy": Lossy, "duplicating": Duplicating,
    "reordering by reconnection": Breaking, "deaf for 800 ms": Deaf,
}


class Cable:
    """Two ends; `dialler` connects, `answerer` is connected. `latency_ms` between them, by the bench's clock."""

    def __init__(self, condition: Condition, now_ms: Callable[[], int], latency_ms: int = 3) -> None:
        self.now_ms = now_ms
        self.condition = condition
        self.latency_ms = latency_ms
        self.plugged = True  # False: dialling fails
        self.dialler = End(self)
        self.answerer = End(self)
        self.dialler.peer, self.answerer.peer = self.answerer, self.dialler

    def connect(self) -> None:
        if self.plugged:
            for end in (self.dialler, self.answerer):
                end.connected()

    def cut(self) -> None:
        self.dialler.is_open = self.answerer.is_open = False


class End:
    """A byte line, as hal/contract.py describes it."""

    is_dialling = False

    def __init__(self, cable: Cable) -> None:
        self.is_open = False
        self.generation = 0
        self.peer = self
        self._cable = cable
        self._coming: deque[tuple[int, bytes]] = deque()
        self._late: list[bytes] = []

    def dial(self) -> None:
        self._cable.connect()

    def connected(self) -> None:
        self.is_open = True
        self.generation += 1
        self._late = [data for _, data in self._coming]
        self._coming.clear()

    def close(self) -> None:
        self._cable.cut()

    def step(self, now: int) -> None:
        if self.is_open and self._cable.condition.breaks(self._cable.now_ms()):
            self._cable.cut()

    def write(self, data: bytes) -> bool:
        if not self.is_open or sum(len(each) for _, each in self.peer._coming) + len(data) > MAX_OUT:
            return False
        now_ms = self._cable.now_ms()
        for arriving in self._cable.condition.carry(data, now_ms):
            self.peer._coming.append((now_ms + self._cable.latency_ms, arriving))
        return True

    def read(self, most: int) -> bytes:
        if not self.is_open or not self._coming or self._coming[0][0] > self._cable.now_ms():
            return b""
        at, data = self._coming.popleft()
        most = min(most, self._cable.condition.most)
        if len(data) > most:
            self._coming.appendleft((at, data[most:]))
        elif self._late:
            self._coming.extend((at, late) for late in self._late)
            self._late = []
        return data[:most]
