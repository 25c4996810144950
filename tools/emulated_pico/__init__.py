"""The emulated Pico: unmodified MicroPython for the RP2040 on an emulated one, in a process of its own.

The emulator (rp2040py 0.3.6) has faults that would fool a test. Each is mended by a small function in the file of its
part: usb.py, uart.py, pins.py, adc.py, flash.py. guest.py puts them together, pacing.py says when the guest runs.
"""

from tools.emulated_pico import compiled

compiled.use()
