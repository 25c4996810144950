"""Run on MicroPython: a board with both roles charges again and again, with a bridge of a few lines in the same heap.

    charges.main(CHARGES): prints one JSON object:
    {"free": {charge: bytes}, "largest": {charge: bytes}, "p99_ms", "worst_ms", "said_us", "heard_us"}

Milliseconds are of a pass, microseconds of a line. Charge 0 is the start. Time is the board's own, so that a charge
takes as little as its rules do: STEP_MS a pass where the relay is closed, OPEN_STEP_MS where it is open.
"""

import gc
import json
import os
import time
from array import array

from chargepoint.roles import Board
from chargepoint.sample_window import SampleWindow
from hal import heap
from wire.check import check
from wire.frame import Decoder, encode, parse
from wire.seal import CRC32

try:
    from collections.abc import Callable
except ImportError:
    pass  # MicroPython has no use for it

mem_free = gc.mem_free  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own
ticks_diff = time.ticks_diff  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own
ticks_us = time.ticks_us  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own

STEP_MS = 100  # more would be a loop that is late
CHARGE_PASSES = 110  # 11 s: one checkpoint on flash, and live figures
OPEN_STEP_MS = 1000  # a loop that is late harms nobody then
PAUSE_PASSES = 12  # longer than the pause between two closures
LONGEST_MS = 500
TIMES = 20
LAST = 5  # charges that the heap is looked at after each: what is on its way then differs by half a kB
CONFIG = {
    "cp_id": "cp_1", "role": "both", "central": "192.0.2.1:1", "location": "Here", "price_per_kwh": 0.2,
    "presence": "none",
}
EPOCH_MS = 1800000000000


class Bridge:
    """A byte line whose other end registers the board, acks what it says, and sends commands."""

    is_open = False
    is_dialling = False
    generation = 0

    def __init__(self, platform: "Platform"):
        self.sent: "list[bytes]" = []
        self.registered = False
        self.completions = 0
        self._platform = platform
        self._seq = 0

    def dial(self):
        self.is_open = True
        self.generation += 1

    def step(self, now: int):
        pass

    def close(self):
        self.is_open = False

    def read(self, most: int):
        return self.sent.pop(0) if self.sent else b""

    def write(self, data: bytes):
        message = json.loads(bytes(data).rsplit(b"*", 1)[0])
        kind = message["type"]
        if kind == "register_request":
            self.registered = True
            self._say({
                "type": "register_response", "message_id": "m", "cp_id": "cp_1", "link_id": "l", "accepted": True,
                "in_service": True, "server_time_ms": self._platform.unix_ms(), "boot_id": "b",
            })
        elif kind == "heartbeat":
            self._say({
                "type": "heartbeat_response", "message_id": message["message_id"],
                "server_time_ms": self._platform.unix_ms(), "boot_id": "b",
            })
        elif kind == "command_response":
            assert message["accepted"], message
        elif kind == "charge_completion":
            self.completions += 1
        board, epoch, n = str(message.get("message_id", "..t")).split(".")
        if n[0] != "t":
            self._say({"type": "ack", "board": board, "epoch": epoch, "n": [int(n)]})
        return True

    def command(self, kind: str, **fields: object):
        self._seq += 1
        message: "dict[str, object]" = {
            "type": kind, "message_id": "c%d" % self._seq, "cp_id": "cp_1", "seq": self._seq, "ttl_ms": 60000,
        }
        message.update(fields)
        self._say(message)

    def _say(self, message: "dict[str, object]"):
        self.sent.append(bytes(encode(message, CRC32)))


class Platform:
    board = "b"
    state_dir = "state"
    lost_ms = 0
    reset_cause = "power"
    indicative = False
    has_trip = False

    def __init__(self):
        self.now = 0
        self._given = False
        self._closed = False
        self._window = SampleWindow()
        self._window.n = 125
        self._window.sum_vv = 173250000  # 230 V

    def unix_ms(self):
        return EPOCH_MS + self.now

    def ticks_ms(self):
        return self.now & 0x3FFFFFFF

    def ticks_diff(self, a: int, b: int):
        return (a - b + 0x20000000 & 0x3FFFFFFF) - 0x20000000

    def random_bytes(self, n: int):
        return os.urandom(n)

    def step(self, now: int):
        self._given = False

    def relay(self, closed: bool):
        self._closed = closed

    def relay_level(self):
        return self._closed

    def trip(self, on: bool):
        pass

    def pass_time(self):
        self.now += STEP_MS if self._closed else OPEN_STEP_MS

    def window(self):
        """16 A where the relay is closed."""
        if self._given:
            return None
        self._given = True
        window = self._window
        window.relay = self._closed
        window.duration_ms = STEP_MS if self._closed else OPEN_STEP_MS
        window.sum_ii, window.sum_vi = (37250000, 80350000) if self._closed else (500, 0)
        return window

    def vehicle(self):
        return "unknown"

    def temperature_mc(self):
        return None

    def feedback(self):
        return None

    def rcm_tripped(self):
        return None

    def stop_pressed(self):
        return None

    def report_register(self, meter_id: str, register_wh: int, session_id: "str | None"):
        pass

    def feed_watchdog(self):
        pass

    def maintenance(self):
        return False


class Passes:
    """The loop, and how long its passes take: a histogram by milliseconds."""

    def __init__(self, board: Board, platform: Platform):
        self.board = board
        self._platform = platform
        self._counts = array("H", bytearray(2 * LONGEST_MS))
        self.count = 0

    def run(self, passes: int):
        for _ in range(passes):
            began = ticks_us()
            self.board.step()
            took_ms = ticks_diff(ticks_us(), began) // 1000
            self._counts[min(LONGEST_MS - 1, took_ms)] += 1
            self.count += 1
            self._platform.pass_time()

    def until(self, condition: "Callable[[], object]"):
        for _ in range(600):
            if condition():
                return
            self.run(1)
        raise AssertionError("it did not come")

    def within_ms(self, percent: int):
        seen = 0
        for took_ms in range(LONGEST_MS):
            seen += self._counts[took_ms]
            if seen * 100 >= self.count * percent:
                return took_ms + 1
        return LONGEST_MS


def largest():
    """The largest block that can be had, in bytes."""
    low, high = 0, mem_free()
    while high - low > 256:
        middle = (low + high) // 2
        try:
            bytearray(middle)
            low = middle
        except MemoryError:
            high = middle
        gc.collect()
    return low


def line_us():
    """(said, heard): microseconds of a message into a line, and of a line to a checked message."""
    data: "dict[str, object]" = {
        "type": "meter_checkpoint", "message_id": "b.0123456789abcdef.17", "cp_id": "cp_1", "session_id": "s" * 36,
        "meter_id": "b", "register_wh": 123456, "occurred_at_ms": EPOCH_MS,
    }
    line = bytes(encode(data, CRC32))
    began = ticks_us()
    for _ in range(TIMES):
        encode(data, CRC32)
    said_us = ticks_diff(ticks_us(), began) // TIMES
    decoder = Decoder(CRC32)
    began = ticks_us()
    for _ in range(TIMES):
        for payload in decoder.feed(line):
            assert check(parse(payload)) is None
    return said_us, ticks_diff(ticks_us(), began) // TIMES


def charge(loop: Passes, bridge: Bridge, number: int):
    engine = loop.board.engine
    assert engine is not None
    session_id = "session-%d" % number
    loop.run(PAUSE_PASSES)
    bridge.command("start_charge", session_id=session_id)
    loop.until(lambda: engine.state == "charging")
    loop.run(CHARGE_PASSES)
    bridge.command("stop_charge", session_id=session_id, reason="driver")
    loop.until(lambda: bridge.completions == number)


def settings():
    """Read as main.py does, which forgets what reads them."""
    from chargepoint.settings import read

    found = read(json.dumps(CONFIG))
    del read
    heap.forget("chargepoint.settings")
    return found


def main(charges: int):
    heap.spare()
    platform = Platform()
    bridge = Bridge(platform)
    board = Board(settings(), platform, central=bridge)
    board.add_telemetry()
    heap.spare()
    loop = Passes(board, platform)
    loop.until(lambda: bridge.registered and not bridge.sent)
    free: "dict[int, int]" = {}
    blocks: "dict[int, int]" = {}
    for number in range(charges + 1):
        if number:
            charge(loop, bridge, number)
        if number in (0, 10, 32) or number > charges - LAST:
            gc.collect()
            free[number], blocks[number] = mem_free(), largest()
    said_us, heard_us = line_us()
    print(json.dumps({
        "free": free, "largest": blocks, "p99_ms": loop.within_ms(99), "worst_ms": loop.within_ms(100),
        "said_us": said_us, "heard_us": heard_us,
    }))
