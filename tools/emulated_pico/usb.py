"""Mends of the emulated USB host: it floods the guest with empty polls, and drops what it is given too early."""

from rp2040py.device import MicroPythonDevice
from rp2040py.usb.cdc import USBCDC

GATHER_NS = 20_000  # what is pushed byte by byte goes out together
ENUMERATED_NS = 2_000_000  # from the host's last word of enumeration until the guest's console listens


def hold_empty_polls(device: MicroPythonDevice) -> None:
    """The emulator answers each read of the guest's at once, with nothing where there is nothing: an interrupt storm
    in which the guest does little else. A real host leaves the read unanswered until it has something to send.
    """
    cdc, usb = device.cdc, device.mcu.usb_ctrl
    answer, push, reset = usb.on_endpoint_read, cdc.tx_fifo.push, usb.on_reset
    assert answer is not None
    assert reset is not None
    held: list[tuple[int, int]] = []

    def deliver() -> None:
        if held and not cdc.tx_fifo.empty:
            answer(*held.pop())

    alarm = device.mcu.clock.create_alarm(deliver)

    def on_read(endpoint: int, size: int) -> None:
        if endpoint and endpoint == out_endpoint(cdc) and cdc.tx_fifo.empty:
            held[:] = [(endpoint, size)]
        else:
            answer(endpoint, size)

    def send(data: int) -> None:
        push(data)
        if held:
            alarm.schedule(GATHER_NS)

    def on_reset() -> None:
        held.clear()
        reset()

    cdc.send_serial_byte = send
    usb.on_endpoint_read, usb.on_reset = on_read, on_reset


class Enumeration:
    """Whether the host and the guest's console have found each other, since the last reset.

    The emulator takes bytes at any time, and its reset throws away what the console never saw.
    """

    def __init__(self, device: MicroPythonDevice) -> None:
        self.up = False
        self.count = 0
        self._alarm = device.mcu.clock.create_alarm(self._come_up)
        usb = device.mcu.usb_ctrl
        reset = usb.on_reset
        assert reset is not None

        def on_reset() -> None:
            self.up = False
            self._alarm.cancel()
            reset()

        device.cdc.on_device_connected = lambda: self._alarm.schedule(ENUMERATED_NS)
        usb.on_reset = on_reset

    def _come_up(self) -> None:
        self.up = True
        self.count += 1


def out_endpoint(cdc: USBCDC) -> int:
    return cdc._out_endpoint  # pyright: ignore[reportPrivateUsage]  # the emulator shows it nowhere else
