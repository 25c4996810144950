"""The insides of the fake `machine`: a clock that only `advance_us` moves, and the RP2040's converter, FIFO and DMA.

Honest where a driver can go wrong: the FIFO holds four samples and says when one was lost; the round robin goes on from
the channel it stands at, whoever stopped it; the DMA goes on by itself while nothing else runs, ends with its count,
and refuses to write past its buffer; a chained channel starts again with the count it was given. Registers: RP2040
datasheet, 4.9 (ADC), 2.5 (DMA), 4.7 (watchdog's reason).
"""

import uctypes

ADC_BASE, DMA_BASE, REASON = 0x4004C000, 0x50000000, 0x40058008
CS, RESULT, FCS, FIFO, DIV = ADC_BASE, ADC_BASE + 4, ADC_BASE + 8, ADC_BASE + 12, ADC_BASE + 16
BY_TIMER, BY_FORCE = 1, 2  # REASON: why the watchdog started the chip anew; 0: it did not
FIFO_DEPTH = 4
CLOCK_HZ = 48000000
SLOWEST_CYCLES = 96
DREQ_ADC, UNPACED = 36, 63
WRITE_ADDR_TRIG = 0x2C
MID_RAIL, FULL_SCALE = 2048, 4095


class NotModelled(Exception):
    """A driver touched what this fake does not know: extend the fake, after the datasheet."""


class Converter:
    """`signal(channel, at_us)`: the raw count there and then."""

    def __init__(self):
        self.signal = lambda channel, at_us: MID_RAIL
        self.enabled = self.running = False
        self.channel = 0
        self.robin = 0
        self.cycles = SLOWEST_CYCLES
        self.fifo = []
        self.fifo_on = self.dreq_on = self.over = False
        self._next_us = 0.0

    def advance(self, until_us, drain):
        period_us = self.cycles * 1000000 / CLOCK_HZ
        while self.running and self._next_us + period_us <= until_us:
            self._next_us += period_us
            self._convert(int(self._next_us))
            drain()
        if not self.running:
            self._next_us = until_us

    def set_control(self, value):
        self.enabled = bool(value & 1)
        self.channel = value >> 12 & 7
        self.robin = value >> 16 & 0x1F
        self.running = self.enabled and bool(value & 8)

    def set_fifo_control(self, value):
        self.fifo_on, self.dreq_on = bool(value & 1), bool(value & 8)
        if value & 1 << 11:
            self.over = False

    def fifo_control(self):
        return int(self.fifo_on) | int(self.dreq_on) << 3 | int(self.over) << 11 | len(self.fifo) << 16

    def _convert(self, at_us):
        raw = max(0, min(FULL_SCALE, self.signal(self.channel, at_us)))
        if self.fifo_on:
            if len(self.fifo) < FIFO_DEPTH:
                self.fifo.append(raw)
            else:
                self.over = True
        if self.robin:
            self.channel = (self.channel + 1) % 5
            while not self.robin >> self.channel & 1:
                self.channel = (self.channel + 1) % 5


class DmaChannel:
    """What `rp2.DMA` is over. Samples go to `buffer` at `index`."""

    def __init__(self, number):
        self.number = number
        self.read = self.write = None
        self.count = self.reload = 0
        self.ctrl = {}
        self.buffer = None
        self.index = 0
        self.active = False

    def trigger(self):
        self.count = self.reload
        self.active = True


class Chip:
    def __init__(self):
        self.now_us = 0
        self.skip_ms = 0  # by which ticks run ahead: days that nobody waits for
        self.converter = Converter()
        self.dma = []
        self.reason = 0
        self.watchdog_ms = None
        self.fed_us = 0
        self.listeners = []  # called after each advance
        self._buffers = {}  # low 32 bits of an address -> the object there

    def advance_us(self, duration_us):
        self.now_us += duration_us
        self.converter.advance(self.now_us, self._drain)
        for listener in self.listeners:
            listener()

    def bitten(self):
        """Whether the watchdog has started the chip anew."""
        return self.watchdog_ms is not None and self.now_us - self.fed_us > self.watchdog_ms * 1000

    def remember(self, buffer):
        self._buffers[uctypes.addressof(buffer) & 0xFFFFFFFF] = buffer
        return buffer

    def start(self, channel):
        channel.trigger()
        if channel.ctrl.get("treq_sel", UNPACED) == UNPACED:
            while channel.active:
                self._write_register(channel.write, channel.read[0])
                self._count_down(channel)
        else:
            self._drain()

    def read_register(self, address):
        if address == FCS:
            return self.converter.fifo_control()
        if address == FIFO:
            return self.converter.fifo.pop(0)
        if address == REASON:
            return self.reason
        raise NotModelled("read of 0x%08x" % address)

    def write_register(self, address, value):
        converter = self.converter
        if address == CS:
            converter.set_control(value)
        elif address == FCS:
            converter.set_fifo_control(value)
        elif address == DIV:
            converter.cycles = max(SLOWEST_CYCLES, (value >> 8) + 1)
        else:
            self._write_register(address, value)

    def _drain(self):
        """Each channel that waits for the converter takes what its FIFO holds."""
        converter = self.converter
        if not converter.dreq_on:
            return
        for channel in self.dma:
            while channel.active and channel.ctrl.get("treq_sel") == DREQ_ADC and converter.fifo:
                if channel.read != FIFO or channel.ctrl.get("size") != 1 or channel.ctrl.get("inc_read", True):
                    raise NotModelled("a sample is a half word at the FIFO's one address")
                if channel.index >= len(channel.buffer):
                    raise AssertionError("the DMA wrote past its buffer")
                channel.buffer[channel.index] = converter.fifo.pop(0)
                channel.index += 1 if channel.ctrl.get("inc_write", True) else 0
                self._count_down(channel)

    def _count_down(self, channel):
        channel.count -= 1
        if channel.count == 0:
            channel.active = False
            chained = channel.ctrl.get("chain_to", channel.number)
            if chained != channel.number:
                self.start(self.dma[chained])

    def _write_register(self, address, value):
        number, offset = (address - DMA_BASE) // 0x40, (address - DMA_BASE) % 0x40
        if not 0 <= number < len(self.dma) or offset != WRITE_ADDR_TRIG:
            raise NotModelled("write of 0x%08x" % address)
        channel = self.dma[number]
        channel.buffer, channel.index = self._buffers[value], 0
        self.start(channel)


chip = Chip()
