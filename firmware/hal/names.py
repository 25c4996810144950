"""Byte lines (see hal.contract) to a host that is known by its name. Looked up by a UDP query of its own, since
getaddrinfo blocks for seconds, and a relay cannot wait for a name server.
"""

import os
import select
import socket

from chargepoint.ticks import ticks_add, ticks_diff

from hal import dns
from hal.tcp import Dialler, drop, ready, resolve

PORT = 53
TRIES = 3
TRY_MS = 1500  # all of them within the 6 s that a line between two boards is dialled
TTL_LEAST_S, TTL_MOST_S = 5, 300
_SIZE_MOST = 512
_PORTS_FROM = 49152  # to 65535: nobody's


def server_of_wifi():
    """(address, port) of the name server that the access point told; None while there is none."""
    import network

    address = network.WLAN(network.STA_IF).ifconfig()[3]
    return None if address == "0.0.0.0" else (address, PORT)


class Name:
    """A host's address. server(): (numeric address, port) of the name server, or None. Whoever does not guess number
    and port of a query cannot answer it.
    """

    def __init__(self, host, server, random_bytes=os.urandom):
        self._host = host
        self._server = server
        self._random_bytes = random_bytes
        self._address = ""  # as it was found last
        self._fresh_until = None  # it is to be asked again
        self._tries = 0
        self._tried_at = 0
        self._asked = b""
        self._socket = None
        self._poll = select.poll()

    def step(self, now):
        if self._fresh_until is not None and ticks_diff(now, self._fresh_until) >= 0:
            self._fresh_until = None

    def find(self, now):
        """None while it is looked up; "" where it cannot be found. Where no server knows, what one knew last."""
        if self._fresh_until is None and not self._ask(now):
            return None
        return self._address

    def doubt(self):
        """Nobody was there."""
        self._fresh_until = None

    def hush(self):
        """Ask no more."""
        self._tries = 0
        drop(self._socket)
        self._socket = None

    def _ask(self, now):
        """True once it has ended."""
        found = None
        if self._tries:
            found = self._hear()
            if found is None and ticks_diff(now, self._tried_at) < TRY_MS:
                return False
        if found is None and self._tries < TRIES:
            self._tries += 1
            self._tried_at = now
            self._say()
            return False
        self.hush()
        if found is not None and found[0]:
            self._address, ttl_s = found
            self._fresh_until = ticks_add(now, 1000 * max(TTL_LEAST_S, min(ttl_s, TTL_MOST_S)))
        return True

    def _say(self):
        """Each time under another number and from another port."""
        drop(self._socket)
        self._socket = asking = None
        drawn = self._random_bytes(4)
        self._asked = dns.query(drawn[:2], self._host)
        try:
            server = self._server()
            if server is None:
                return
            asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            asking.setblocking(False)
            asking.bind(resolve(("0.0.0.0", _PORTS_FROM | drawn[2] << 8 | drawn[3])))
            asking.connect(resolve(server))  # so that nobody else's answers arrive
            asking.send(self._asked)
        except OSError:  # no way there, or the port is taken
            drop(asking)
            return
        self._socket = asking
        self._poll = select.poll()
        self._poll.register(asking, select.POLLIN)

    def _hear(self):
        if self._socket is None or not ready(self._poll):
            return None
        try:
            return dns.answer(self._asked, self._socket.recv(_SIZE_MOST))
        except OSError:  # nobody is at its port
            return None


class NamedDialler(Dialler):
    """A byte line to (name, port)."""

    def __init__(self, address, server):
        super().__init__(address)
        self._name = Name(address[0], server)
        self._is_looked_up = False
        self._generation_dialled = -1

    @property
    def is_dialling(self):
        return self._is_looked_up or self._dialling is not None

    def dial(self):
        if self.generation == self._generation_dialled:  # it did not open since
            self._name.doubt()
        self._generation_dialled = self.generation
        self.close()
        self._is_looked_up = True

    def step(self, now):
        self._name.step(now)
        if self._is_looked_up:
            found = self._name.find(now)
            if found is not None:
                self._is_looked_up = False
                self._address = (found, self._address[1])
                if found:
                    super().dial()
        super().step(now)

    def close(self):
        self._is_looked_up = False
        self._name.hush()
        super().close()

