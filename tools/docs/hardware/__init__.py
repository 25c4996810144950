"""docs/hardware.md: pins, values and pictures of a real charge point, from the firmware's own tables."""
