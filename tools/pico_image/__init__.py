"""A MicroPython image for the RP2040, built from Debian's own packages: what the `pico` bench boots."""
