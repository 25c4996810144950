"""Runs before everything else: pin levels survive a soft reset, so the relay's pin is driven low first of all."""

import sys

# Free on a Pico, an ESP32 and an S3 alike: no strapping pin (15 of an ESP32 is pulled up at reset, which would close
# the relay), none of the flash, and none that only reads.
RELAY_PIN = 18

if sys.platform in ("rp2", "esp32"):
    from machine import Pin

    Pin(RELAY_PIN, Pin.OUT, value=0)
