"""Runs before everything else: pin levels survive a soft reset, so the relay's pin is driven low first of all."""

import sys

RELAY_PIN = 15  # of the reference build; docs/hardware.md

if sys.platform in ("rp2", "esp32"):
    from machine import Pin

    Pin(RELAY_PIN, Pin.OUT, value=0)
