"""Run on MicroPython, with this folder before its own modules: the whole firmware of a Pico W in its control loop, with
real sockets. Its clock goes on by what the loop sleeps, so that a minute of it takes seconds.

    micropython pico_w.py CONTROL_PORT NAME_SERVER_PORT

It starts with the first order from CONTROL_PORT, which says what is in the air: {"air": {"password": "right"}}. After
each 200 passes it says how it is, as one line of JSON, and does what was ordered meanwhile: more of the air,
{"days": 3}, {"plant": "getaddrinfo"} (a mistake, for the guard to catch).
"""

import gc
import json
import math
import select
import socket
import sys

import main
import utime
from chargepoint.settings import read
from chip import MID_RAIL, chip
from guarded import Guard
from hal import making, names, platforms, tcp
from machine import world
from network import air

SLICE = 200  # passes
REST_EACH = 8  # passes; the others' processes have their turn
V_PER_COUNT, A_PER_COUNT = 0.195313, 0.029297
MAINS_V, AMPS = 230, 10
WAVE = [math.sqrt(2) * math.sin(2 * math.pi * k / 80) for k in range(80)]  # a cycle of 50 Hz
VOLTS = [MID_RAIL + round(MAINS_V / V_PER_COUNT * y) for y in WAVE]
CURRENT = [MID_RAIL + round(AMPS / A_PER_COUNT * y) for y in WAVE]
RELAY = 18


def signal(channel, at_us):
    k = at_us % 20000 // 250
    if channel:
        return VOLTS[k]
    return CURRENT[k] if world.outputs[RELAY] else MID_RAIL + (at_us & 3)


def change_air(order):
    for name, value in order.get("air", {}).items():
        setattr(air, name, value)


class Control:
    def __init__(self, port):
        self._socket = socket.socket()
        self._socket.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    def orders(self):
        while self._poll.poll(0):
            yield self.wait()

    def wait(self):
        """The next order. Raises EOFError once nobody gives any more."""
        line = self._socket.readline()
        if not line:
            raise EOFError
        return json.loads(line)

    def say(self, fields):
        self._socket.write(json.dumps(fields).encode() + b"\n")


class PicoW:
    def __init__(self, config, guard):
        settings = read(config)
        self._guard = guard
        self._platform = platforms.make(settings)
        self._board = making.make_board(settings, self._platform)
        self._wifi = self._platform._parts[0]
        self._publisher = next(part for part in self._board.parts if hasattr(part, "publish"))
        self._passes = 0
        self._faults = set()
        main.heap.spare()
        self._platform.start_watchdog()

    def run(self):
        for _ in range(SLICE):
            self._board.step()
            self._platform.sleep_ms(main.STEP_MS)
            self._passes += 1
            if self._passes % REST_EACH == 0:
                utime.sleep_ms(1)
        self._faults.update(self._board.engine.get_current_status()["faults"])

    def status(self):
        engine, monitor, publisher = self._board.engine, self._board.monitor, self._publisher
        return {
            "passes": self._passes, "ticks": self._platform.ticks_ms(), "engine": engine.state,
            "relay": world.outputs[RELAY], "faults": sorted(self._faults), "monitor": monitor.state,
            "mqtt": publisher.connected, "connections": publisher.connections,
            "wifi": self._wifi.is_up(), "joins": self._wifi.joins, "blocking": self._guard.blocking,
            "bitten": chip.bitten(), "resets": world.resets, "quiet_bytes": self._quiet_bytes(),
        }

    def _quiet_bytes(self):
        """What a pass over the open lines to bridge and broker takes of the heap where nothing comes by them."""
        link, publisher = self._board.monitor._central.link, self._publisher
        if not (link.up and publisher.connected):
            return None
        now = self._platform.ticks_ms()
        least = None
        for _ in range(10):
            before = gc.mem_alloc()
            link.step(now)
            publisher.step(now)
            taken = gc.mem_alloc() - before
            least = taken if least is None else min(taken, least)
        return least

    def do(self, order):
        change_air(order)
        if "days" in order:
            chip.skip_ms += order["days"] * 86400000
        if order.get("plant") == "getaddrinfo":
            tcp.resolve = lambda address: tcp.socket.getaddrinfo("localhost", address[1])[0][-1]


def run():
    chip.converter.signal = signal
    control = Control(int(sys.argv[1]))
    names.PORT = int(sys.argv[2])
    guard = Guard()
    for module in (tcp, names):
        module.socket, module.select = guard.socket, guard.select
    change_air(control.wait())
    with open("config.json") as file:
        board = PicoW(file.read(), guard)
    try:
        while True:
            board.run()
            for order in control.orders():
                board.do(order)
            control.say(board.status())
    except (EOFError, OSError):
        return  # whoever listened has gone


run()
