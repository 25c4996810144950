"""Hardware-in-the-loop tests of the firmware, and the benches they run against."""
