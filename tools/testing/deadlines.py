"""How long a test waits for a condition before it fails. A deadline costs nothing where the test passes, and a machine
under a load of 20 needs most of a minute for what takes a second on an idle one."""

DEADLINE_S = 60.0
