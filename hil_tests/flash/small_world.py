"""A world for real boards on MicroPython, in one process on one virtual clock: a plant that records the relay, and a
bridge that acks, answers and commands. The firmware is all there; the plant's physics and CPython's bridge are not.
"""

import json

from chargepoint.roles import Board
from chargepoint.settings import read
from hal.sim import SimPlatform
from wire.frame import Decoder, encode, parse
from wire.ids import parse as parse_id
from wire.seal import CRC32

WINDOW_MS = 50
POWER_W = 3000
PAUSE_STEP_MS = 1000
EPOCH_MS = 1800000000000
# Of 250 samples, as the plant has them: 230 V, and 13.04 A in phase with it; or noise.
_FED = (0, 49551500, 0, 346683000, 131070000)
_IDLE = (0, 4000, 0, 346683000, 0)
_SUMS = ("sum_i", "sum_ii", "sum_v", "sum_vv", "sum_vi")


class Clock:
    def __init__(self, ms: int):
        self.ms = ms

    def now_ms(self):
        return self.ms

    def sleep_ms(self, duration_ms: int):
        self.ms += duration_ms


class World:
    """`closures`: the session of each closing of the relay; `fed_mws`: mW·s that flowed, by session.

    A line to the plant, as hal/sim.py has it. `session`: which session the engine runs, asked where the pin goes up.
    """

    connection = 1

    def __init__(self, clock: Clock):
        self.closed = False
        self.closures: "list[str]" = []
        self.fed_mws: "dict[str, int]" = {}
        self.session = lambda: ""
        self._clock = clock
        self._until_ms = clock.ms
        self._due = 0

    def step(self, now: int):
        passed_ms, self._until_ms = self._clock.ms - self._until_ms, self._clock.ms
        self._due += passed_ms // WINDOW_MS
        if self.closed:
            session = self.closures[-1]
            self.fed_mws[session] = self.fed_mws.get(session, 0) + POWER_W * passed_ms

    def send(self, message: "dict[str, object]"):
        if message["type"] == "pins":
            closed = bool(message["relay"])
            if closed and not self.closed:
                self.closures.append(self.session())
            self.closed = closed
        return True

    def receive(self):
        if not self._due:
            return None
        self._due -= 1
        window = {
            "type": "sample_window", "n": 250, "duration_ms": WINDOW_MS, "clipped": 0, "relay": self.closed,
            "relay_level": self.closed, "vehicle": "present", "temperature_mc": 25000, "feedback": self.closed,
            "rcm_tripped": False, "stop_pressed": False,
        }
        sums = _FED if self.closed else _IDLE
        window.update({name: sums[place] for place, name in enumerate(_SUMS)})
        return window


class Bridge:
    """Central and its bridge at the end of one line, which it is itself (hal.contract: a byte line).

    `taken`: (epoch, n) -> the first message of that number; `acked`: those that it has acked.
    """

    is_dialling = False

    def __init__(self, clock: Clock, taken: "dict[tuple[str, int], dict[str, object]]", seq: int = 0):
        self.taken = dict(taken)
        self.acked: "set[tuple[str, int]]" = set()
        self.again: "set[tuple[str, int]]" = set()  # what came though it had been taken
        self.answers: "dict[int, dict[str, object]]" = {}
        self.wrong: "list[str]" = []
        self.acks = True
        self.seq = seq
        self.is_open = False
        self.generation = 0
        self.registered = 0
        self.commands: "dict[int, dict[str, object]]" = {}  # not answered yet
        self._clock = clock
        self._decoder = Decoder(CRC32)
        self._out: "list[bytes]" = []
        self._said_ms = 0

    def of(self, kind: str):
        return [message for message in self.taken.values() if message["type"] == kind]

    def ended(self):
        return [message["session_id"] for message in self.of("charge_completion")]

    def command(self, kind: str, **fields):
        self.seq += 1
        message = {"type": kind, "message_id": "c%d" % self.seq, "cp_id": "cp_1", "seq": self.seq, "ttl_ms": 60000}
        message.update(fields)
        self.commands[self.seq] = message
        self._say(message)
        return self.seq

    def step(self, now: int):
        """Says again what is not answered."""
        if self._clock.ms - self._said_ms >= 2000:
            self._said_ms = self._clock.ms
            if self.registered:
                for message in self.commands.values():
                    self._say(message)

    def dial(self):
        if not self.is_open:
            self.is_open = True
            self.generation += 1

    def close(self):
        self.is_open = False
        self._out = []

    def read(self, most: int):
        return self._out.pop(0) if self._out else b""

    def write(self, data: bytes):
        for payload in self._decoder.feed(data):
            self._take(parse(payload))
        return True

    def _say(self, message: "dict[str, object]"):
        self._out.append(encode(message, CRC32))

    def _take(self, message):
        parsed = parse_id(str(message.get("message_id")))
        if parsed is not None and parsed[2] is not None:
            self._take_reliable(message, (parsed[1], parsed[2]))
        if message["type"] == "register_request":
            self.registered += 1
            self._say({
                "type": "register_response", "message_id": "r%d" % self.registered, "cp_id": "cp_1", "link_id": "l",
                "accepted": True, "in_service": True, "server_time_ms": EPOCH_MS + self._clock.ms, "boot_id": "boot",
                "seq": self.seq,
            })
        elif message["type"] == "heartbeat":
            self._say({
                "type": "heartbeat_response", "message_id": message["message_id"], "boot_id": "boot",
                "server_time_ms": EPOCH_MS + self._clock.ms,
            })
        elif message["type"] == "command_response":
            self.answers[message["seq"]] = message
            self.commands.pop(message["seq"], None)
        elif message["type"] == "error_response":
            self.wrong.append("told %s" % message)

    def _take_reliable(self, message, number: "tuple[str, int]"):
        if number in self.taken:
            self.again.add(number)
            if self.taken[number] != message:
                self.wrong.append("n %d is %s and %s" % (number[1], self.taken[number]["type"], message["type"]))
        else:
            self.taken[number] = message
        if self.acks:
            self.acked.add(number)
            self._say({"type": "ack", "board": "b", "epoch": number[0], "n": [number[1]]})


class Bench:
    """A board of both roles in that world. `folder`: its flash; `taken`, `seq`: what its bridge knows already."""

    def __init__(self, folder: str, step_ms: int, at_ms: int = 0, taken=None, seq: int = 0, **config):
        self.clock = Clock(at_ms)
        self.world = World(self.clock)
        self.bridge = Bridge(self.clock, taken or {}, seq)
        self.board = None
        self._folder = folder
        self._step_ms = step_ms
        self._config = {
            "cp_id": "cp_1", "role": "both", "platform": "sim", "central": "127.0.0.1:1", "location": "Here",
            "price_per_kwh": 0.2, "presence": "contact",
        }
        self._config.update(config)
        self._epochs = 0

    def power_on(self, boot: int = 1):
        self.board = None
        self.world.closed = False
        self.world.session = lambda: ""
        self.bridge.close()
        self.bridge.registered = 0

        def random_bytes(n: int):
            self._epochs += 1
            return bytes([(boot * 16 + self._epochs) & 255] * n)

        platform = SimPlatform("b", "cp_1", self.world, self._folder, self.clock, random_bytes)
        board = Board(read(json.dumps(self._config)), platform, central=self.bridge)
        self.board = board
        self.world.session = board.engine.session_id
        return board

    def step(self):
        self.board.step()
        self.clock.ms += self._step_ms

    def run(self, duration_ms: int):
        until_ms = self.clock.ms + duration_ms
        while self.clock.ms < until_ms:
            self.step()

    def until(self, condition, what: str, within_ms: int = 60000):
        until_ms = self.clock.ms + within_ms
        while not condition():
            if self.clock.ms > until_ms:
                raise AssertionError("never: " + what)
            self.step()

    def idle(self):
        return self.bridge.registered and self.board.engine.state == "idle" and not self.board.journal.entries

    def ask(self, kind: str, **fields):
        """The answer to a command."""
        seq = self.bridge.command(kind, **fields)
        self.until(lambda: seq in self.bridge.answers, "an answer to " + kind)
        return self.bridge.answers[seq]

    def start(self, session_id: str):
        """Asked anew while the relay pauses."""
        self.until(self.idle, "idle")
        while True:
            answer = self.ask("start_charge", session_id=session_id)
            if answer["accepted"]:
                return
            if answer["reason"] != "pause":
                raise AssertionError("start: " + str(answer["reason"]))
            self.board.step()
            self.clock.ms += PAUSE_STEP_MS  # the relay is open, so that nothing needs to be looked at

    def stop(self, session_id: str):
        self.ask("stop_charge", session_id=session_id, reason="driver")
        self.until(lambda: session_id in self.bridge.ended() and self.idle(), "the end of " + session_id)
