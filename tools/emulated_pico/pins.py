"""The pins that the guest drives, with the emulator's two faults there mended."""

from collections.abc import Callable

from rp2040py.gpio_pin import GPIOPinListener, GPIOPinState
from rp2040py.rp2040 import RP2040

OUTPUTS = (*range(23), 25, 26, 27, 28)  # a Pico's; 23 and 24 belong to its power supply
LEVELS = {GPIOPinState.LOW: False, GPIOPinState.HIGH: True}

Moved = Callable[[int, bool | None], None]


class Outputs:
    """Tells `moved(gpio, level)`; None: the guest has let go of it, and what stands outside decides."""

    def __init__(self, mcu: RP2040, moved: Moved) -> None:
        self._mcu = mcu
        self._moved = moved
        self._driven: set[int] = set()
        for number in OUTPUTS:
            mcu.gpio[number].add_listener(self._listener(number))
        self._let_go_at_reset()

    def _listener(self, number: int) -> GPIOPinListener:
        def changed(new: GPIOPinState, old: GPIOPinState) -> None:
            del old
            level = LEVELS.get(new)
            if level is not None:
                self._drive(number, level)
            elif number in self._driven:
                self._let_go(number)

        return changed

    def _drive(self, number: int, level: bool) -> None:
        """The emulator does not feed an output's pad back: `Pin.value()` of an output would always read 0."""
        self._driven.add(number)
        self._mcu.gpio[number].set_input_value(level)
        self._moved(number, level)

    def _let_go(self, number: int) -> None:
        self._driven.discard(number)
        self._mcu.gpio[number].release_input()
        self._moved(number, None)

    def _let_go_at_reset(self) -> None:
        """A reset of the emulated chip floats its pins, but tells no listener: a relay would stay closed."""
        usb = self._mcu.usb_ctrl
        reset = usb.on_reset
        assert reset is not None

        def on_reset() -> None:
            reset()
            for number in sorted(self._driven):
                self._let_go(number)

        usb.on_reset = on_reset
