"""The fake `machine`: pins, converter, UART, I2C and watchdog of a board, over chip.py, with a `world` behind them."""

from chip import BY_FORCE, chip

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
UART_FIFO = 32  # bytes that a UART holds while nobody serves it


class World:
    """`levels`: what is wired to the inputs, by pin; `outputs`: what the board drives; `cause`: why it started."""

    def __init__(self):
        self.levels = {}
        self.outputs = {}
        self.cause = PWRON_RESET
        self.resets = 0
        self.uart = None
        self.ntc = None  # the word that the ADS1115 gives; None: nothing answers at the bus


world = World()


class Mem32:
    def __getitem__(self, address):
        return chip.read_register(address)

    def __setitem__(self, address, value):
        chip.write_register(address, value)


mem32 = Mem32()


class Pin:
    IN, OUT, PULL_UP, PULL_DOWN = 0, 1, 1, 2

    def __init__(self, number, mode=IN, pull=None, value=None):
        self.number = number
        self._mode, self._pull = mode, pull
        if mode == Pin.OUT:
            world.outputs[number] = value or 0

    def value(self, level=None):
        if level is not None:
            world.outputs[self.number] = level
            return None
        if self._mode == Pin.OUT:
            return world.outputs[self.number]
        return world.levels.get(self.number, 1 if self._pull == Pin.PULL_UP else 0)


class ADC:
    """Read by the processor: an ESP32's. On a Pico it only gives the pin to the converter."""

    ATTN_11DB = 3

    def __init__(self, pin, atten=None):
        self._number = pin.number

    def read_u16(self):
        chip.advance_us(27)
        raw = chip.converter.signal(self._number, chip.now_us)
        return max(0, min(4095, raw)) << 4


class UART:
    """`far`: the bytes that came out of it. What comes in is held in the driver's buffer, then in the FIFO."""

    RTS, CTS = 2, 1

    def __init__(self, number, baudrate, tx, rx, rts, cts, flow, rxbuf, txbuf, timeout):
        if timeout:
            raise AssertionError("a write would wait")
        self.far = bytearray()
        self.takes = txbuf  # how much room there is for what is written
        self.lost = 0
        self._held = bytearray()
        self._most = rxbuf + UART_FIFO
        self._waits = bool(flow & UART.RTS)
        world.uart = self

    def receive(self, data):
        """What of it the board took: with RTS the other side keeps the rest, without it that is lost."""
        room = self._most - len(self._held)
        self._held.extend(data[:room])
        if not self._waits:
            self.lost += len(data[room:])
            return len(data)
        return min(room, len(data))

    def any(self):
        return len(self._held)

    def readinto(self, buffer, count):
        taken = self._held[:count]
        buffer[: len(taken)] = taken
        self._held = self._held[count:]
        return len(taken)

    def write(self, data):
        taken = min(len(data), self.takes)
        self.far.extend(data[:taken])
        return taken or None

    def deinit(self):
        world.uart = None


class I2C:
    def __init__(self, number, sda, scl, freq, timeout):
        pass

    def writeto_mem(self, address, register, data):
        if world.ntc is None:
            raise OSError(5)

    def readfrom_mem_into(self, address, register, buffer):
        if world.ntc is None:
            raise OSError(5)
        buffer[0], buffer[1] = world.ntc >> 8, world.ntc & 0xFF


class WDT:
    def __init__(self, timeout):
        chip.watchdog_ms = timeout
        self.feed()

    def feed(self):
        chip.fed_us = chip.now_us


def unique_id():
    return b"\xe6\x61\x41\x04\x03\x12\x34\x56"


def reset_cause():
    return world.cause


def reset():
    """As on a Pico, where a reset that is asked for counts as the watchdog's."""
    world.resets += 1
    world.cause = WDT_RESET
    chip.reason = BY_FORCE
