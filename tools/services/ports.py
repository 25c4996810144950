"""Free TCP ports on the loopback interface."""

import random
import socket

LOOPBACK = "127.0.0.1"
# Below what Linux hands out to outgoing connections: a client that keeps trying to reach a closed port in
# that range is in time given this very port as its own, connects to itself, and the server cannot come back.
FIRST_PORT = 15_000
LAST_PORT = 32_000

_handed_out: set[int] = set()


def free_port() -> int:
    """A port nothing listens on, never the same twice in one process."""
    while True:
        port = random.randint(FIRST_PORT, LAST_PORT)
        if port not in _handed_out and _is_free(port):
            _handed_out.add(port)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def is_listening(port: int) -> bool:
    """Whether something accepts connections on this port."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((LOOPBACK, port)) == 0
