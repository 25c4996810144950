"""The charge points of the demo and of `make up`: one of each shape."""

from tools.stack.boards import Shape

PLACES: tuple[tuple[str, Shape, str], ...] = (
    ("cp_001", "tcp", "TCP and MQTT"),
    ("cp_002", "serial", "a serial line alone"),
    ("cp_003", "split", "engine and monitor on two boards"),
)
