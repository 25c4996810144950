"""The RP2040's converter: current and voltage in turn into its FIFO, and by DMA from there into a ring in memory.

No processor time goes into it, and it goes on while interrupts are off (a flash erase). Two DMA channels: one carries
samples, and when it has filled the ring it starts the other, which writes the ring's address into the first one's
write address and so starts it again. The DMA is armed before the converter starts, and the converter is never stopped:
the round robin would go on at the wrong channel, and current would be taken for voltage.

Registers: RP2040 datasheet, 4.9 (ADC) and 2.5 (DMA).
"""

from array import array

import rp2
import uctypes
from chargepoint.ticks import ticks_diff
from machine import ADC, Pin, mem32
from wire.constants import const

from hal.windows import CHANNELS, PAIR_US, PAIRS, SAMPLES_PER_S, Windows

_FIRST_PIN = 26  # channel 0, the current; GPIO27, channel 1, the voltage
RING_PAIRS = 2600  # 1.3 s
_SIZE = CHANNELS * RING_PAIRS
_SPARE = _SIZE // 16  # how far the DMA must stay behind what is read: 81 ms
_KNOWN_MS = 1000 * (_SIZE - _SPARE) // SAMPLES_PER_S  # between two looks; later nobody knows how often it went round
_WINDOW = CHANNELS * PAIRS

_ADC = const(0x4004C000)
_CS = const(_ADC)
_FCS = const(_ADC + 0x08)
_FIFO = const(_ADC + 0x0C)
_DIV = const(_ADC + 0x10)
_CS_ON = 1 | 1 << 3 | (1 << CHANNELS) - 1 << 16  # EN, START_MANY, RROBIN; AINSEL 0: it begins with the current
_FCS_ON = const(1 | 1 << 3 | 1 << 24)  # EN, DREQ_EN, THRESH 1
_FCS_CLEAR = const(1 << 10 | 1 << 11)  # UNDER, OVER: cleared by writing them
_FCS_OVER = const(1 << 11)
_FCS_LEVEL = const(0xF << 16)
_DREQ_ADC = const(36)
_HALF_WORD = const(1)
_DMA = const(0x50000000)
_DMA_STRIDE = const(0x40)
_WRITE_ADDR_TRIG = const(0x2C)


class DmaSampler:
    """`window(window)` fills the next one and is True, or False where there is none yet; `moved` is of that one.

    `broken`: the converter's FIFO ran over, so that nobody knows which sample is which: no more windows come.
    """

    skew_us = 0  # of windows: hal/windows.py corrects what lies between the channels

    def __init__(self, ticks_ms, settings):
        self.lost_ms = 0
        self.moved = False
        self.broken = False
        self._ring = array("H", bytearray(2 * _SIZE))
        self._windows = Windows(
            self._ring, CHANNELS, PAIR_US, settings.phase_us, settings.i_offset_counts, settings.v_offset_counts,
            settings.nominal_voltage_v is None,
        )
        self._read = 0  # index of the next sample to be read
        self._written = 0  # index of the next sample to be written, when it was looked at last
        self._unread = 0  # samples between the two
        self._unmoved = 0  # samples from the next to be read to the one after which the relay's level is settled
        self._ticks_ms = ticks_ms
        self._looked_at = ticks_ms()
        self._start()

    def step(self, now):
        self._look(now)

    def mark(self):
        """The relay's pin has moved just now: what was read before is of before."""
        self._look(self._ticks_ms())
        self._unmoved = self._unread + CHANNELS

    def window(self, window):
        if self._unread < _WINDOW + CHANNELS or self.broken:  # the next pair's current belongs to the last voltage
            return False
        at = self._read
        is_whole = self._windows.fill(window, at)
        self._look(self._ticks_ms())
        if self._unread < _WINDOW:  # it was lost under the reading: `_look` has begun anew
            return False
        self.moved = self._unmoved > 0
        self._unmoved = max(0, self._unmoved - _WINDOW)
        self._unread -= _WINDOW
        self._read = (at + _WINDOW) % _SIZE
        return is_whole

    def _start(self):
        for channel in range(CHANNELS):
            ADC(Pin(_FIRST_PIN + channel))  # gives the pin to the converter
        mem32[_CS] = 1
        mem32[_FCS] = _FCS_CLEAR
        while mem32[_FCS] & _FCS_LEVEL:
            _ = mem32[_FIFO]  # what an earlier run left
        data, again = rp2.DMA(), rp2.DMA()
        self._data, self._again = data, again
        self._address = array("I", [uctypes.addressof(self._ring) & 0xFFFFFFFF])
        again.config(
            read=self._address, write=_DMA + _DMA_STRIDE * _number(data) + _WRITE_ADDR_TRIG, count=1,
            ctrl=again.pack_ctrl(inc_read=False, inc_write=False),
        )
        mem32[_DIV] = 48000000 // SAMPLES_PER_S - 1 << 8
        mem32[_FCS] = _FCS_ON | _FCS_CLEAR
        ctrl = data.pack_ctrl(size=_HALF_WORD, inc_read=False, treq_sel=_DREQ_ADC, chain_to=_number(again))
        data.config(read=_FIFO, write=self._ring, count=_SIZE, ctrl=ctrl, trigger=True)
        mem32[_CS] = _CS_ON

    def _look(self, now):
        """How far the DMA has come."""
        if mem32[_FCS] & _FCS_OVER:
            self.broken = True
        written = (_SIZE - self._data.count) % _SIZE  # pyright: ignore[reportAttributeAccessIssue]  # the stubs lack it
        self._unread += (written - self._written) % _SIZE
        if self._unread > _SIZE - _SPARE or ticks_diff(now, self._looked_at) > _KNOWN_MS:
            self._begin_anew(now, written)
        self._written = written
        self._looked_at = now

    def _begin_anew(self, now, written):
        """Nobody fetched for too long. All that is unread counts as lost, and reading goes on at the next pair."""
        late_ms = ticks_diff(now, self._looked_at)
        self.lost_ms = self.lost_ms + max(late_ms, 1000 * self._unread // SAMPLES_PER_S) & 0x3FFFFFFF
        rest = -written % CHANNELS  # of the turn under way
        self._read = (written + rest) % _SIZE
        self._unread = -rest
        self._unmoved = 0


def _number(dma):
    """Of its channel. (The stubs know neither this nor `count`.)"""
    return dma.channel
