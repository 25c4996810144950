"""The emulated converter: its inputs are functions of the guest's time, and its round robin goes round."""

from collections.abc import Callable

from rp2040py.peripherals import adc
from rp2040py.rp2040 import RP2040

COUNT_MAX = 4095
CHANNELS = 5  # GPIO 26 to 29, and the chip's own temperature
TEMPERATURE_CHANNEL = 4
ROOM_COUNTS = 876  # 27 degrees Celsius: 0.706 V of 3.3 V

Input = Callable[[int, int], int]


def go_round(mcu: RP2040) -> None:
    """The emulator masks the next channel with the wrong constant, so that a round robin converts channel 0 for ever;
    and from the last channel it goes on to the second, not to the first.
    """
    converter = mcu.adc

    class RoundRobin(type(converter)):
        @property
        def _active_channel(self) -> int:
            return (self.cs >> adc.CS_AINSEL_SHIFT) & adc.CS_AINSEL_MASK

        @_active_channel.setter
        def _active_channel(self, channel: int) -> None:
            del channel  # wrong after the last one
            mask = (self.cs >> adc.CS_RROBIN_SHIFT) & adc.CS_RROBIN_MASK
            following = next_channel(self._active_channel, mask)
            self.cs = self.cs & ~(adc.CS_AINSEL_MASK << adc.CS_AINSEL_SHIFT) | following << adc.CS_AINSEL_SHIFT

    converter.__class__ = RoundRobin


def next_channel(channel: int, mask: int) -> int:
    """The next of `mask` after `channel`, as the data sheet has it."""
    order = [(channel + step) % CHANNELS for step in range(1, CHANNELS + 1)]
    return next((each for each in order if mask >> each & 1), channel)


def read_from(mcu: RP2040, counts: Input) -> None:
    """`counts(channel, guest_ns)` is sampled when a conversion begins, and cut to what 12 bits hold."""
    converter = mcu.adc
    convert = converter.on_adc_read

    def on_read(channel: int) -> None:
        value = ROOM_COUNTS if channel == TEMPERATURE_CHANNEL else counts(channel, round(mcu.clock.nanos))
        converter.channel_values[channel] = max(0, min(COUNT_MAX, value))
        convert(channel)

    converter.on_adc_read = on_read
