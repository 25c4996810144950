"""Runs before everything else, and leans on nothing else: pin levels survive a soft reset, so the relay opens first.

Whatever fails afterwards (half-copied files, a config.json that is none) finds it open.
"""

# Free on a Pico, an ESP32 and an S3 alike: no strapping pin (15 of an ESP32 is pulled up at reset, which would close
# the relay), none of the flash, and none that only reads. Not a setting: a file could not be read yet, or be damaged.
RELAY_PIN = 18

try:
    from machine import Pin
except ImportError:
    pass  # a simulated board: its plant opens the relay
else:
    Pin(RELAY_PIN, Pin.OUT, value=0)
