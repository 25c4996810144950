"""What lies between a board and its servers: carries TCP connections, and tells the addresses of names. A test serves
it while it waits, and makes it fail.
"""

import select
import socket
from contextlib import suppress

from tools.services.ports import LOOPBACK, free_port

Place = tuple[str, int]
LONG_TTL_S = 86_400
_QUESTION = 12  # where it begins
_NO_SUCH_NAME = 3


class NameServer:
    """A real one, for what `names` holds: host -> IPv4 address. A name without one does not exist."""

    def __init__(self, place: Place, names: dict[str, str]) -> None:
        self.names = names
        self.ttl_s = LONG_TTL_S
        self.is_dead = False
        self.asked: list[tuple[str, bytes, int]] = []  # name, number and port of who asked
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(place)
        self.port: int = self.socket.getsockname()[1]

    def serve(self) -> None:
        query, asker = self.socket.recvfrom(512)
        host = _host(query)
        self.asked.append((host, query[:2], asker[1]))
        if not self.is_dead:
            self.socket.sendto(_answer(query, self.names.get(host), self.ttl_s), asker)


class Router:
    """`is_silent`: nothing is carried, and nobody is told. `name_server` is dead when its own flag says so."""

    def __init__(self, names: dict[str, str]) -> None:
        self.name_server = NameServer((LOOPBACK, 0), names)
        self.name_servers = [self.name_server]
        self.is_silent = False
        self._routes: dict[Place, int] = {}  # where it listens -> the port on loopback that it leads to
        self._listening: dict[socket.socket, int] = {}
        self._joined: dict[socket.socket, socket.socket] = {}
        self._forgotten: list[socket.socket] = []

    def route(self, port: int, place: Place | None = None) -> Place:
        """Where a board reaches what listens at that port of loopback."""
        place = place or (LOOPBACK, free_port())
        self._routes[place] = port
        self._listening[socket.create_server(place)] = port
        return place

    def close_route(self, place: Place) -> None:
        """Who dials there is refused; what was connected ends."""
        del self._routes[place]
        for listener in [each for each in self._listening if each.getsockname() == place]:
            del self._listening[listener]
            listener.close()
        for end in [each for each in self._joined if each.getsockname() == place]:
            self._part(end)

    def move_name_server(self, address: str) -> None:
        """It answers there from now on, and not where it was."""
        moved = NameServer((address, self.name_server.port), self.name_server.names)
        self.name_server.is_dead = True
        self.name_server = moved
        self.name_servers.append(moved)

    def forget(self) -> None:
        """Each connection is dead from now on, and neither of its ends is told."""
        self._forgotten += self._joined
        self._joined = {}

    def go_down(self) -> None:
        """As one without power does: nothing answers, and who dials is refused."""
        self.forget()
        self.name_server.is_dead = True
        for listener in self._listening:
            listener.close()
        self._listening = {}

    def come_up(self) -> None:
        self.name_server.is_dead = False
        self._listening = {socket.create_server(place): port for place, port in self._routes.items()}

    def serve(self) -> None:
        """What is ready, without waiting."""
        if self.is_silent:
            return
        servers = {each.socket: each for each in self.name_servers}
        for ready in select.select([*self._listening, *self._joined, *servers], [], [], 0)[0]:
            if ready in servers:
                servers[ready].serve()
            elif ready in self._listening:
                self._join(ready)
            elif ready in self._joined:
                self._carry(ready)

    def close(self) -> None:
        for each in [*self._listening, *self._joined, *self._forgotten]:
            each.close()
        for server in self.name_servers:
            server.socket.close()

    def _join(self, listener: socket.socket) -> None:
        near = listener.accept()[0]
        try:
            far = socket.create_connection((LOOPBACK, self._listening[listener]), timeout=1)
        except OSError:
            near.close()
            return
        self._joined[near], self._joined[far] = far, near

    def _carry(self, end: socket.socket) -> None:
        try:
            data = end.recv(65536)
            if data:
                self._joined[end].sendall(data)
                return
        except OSError:
            pass
        self._part(end)

    def _part(self, end: socket.socket) -> None:
        other = self._joined.pop(end, None)
        if other is not None:
            self._joined.pop(other, None)
            other.close()
        with suppress(OSError):
            end.close()


def _host(query: bytes) -> str:
    labels: list[str] = []
    at = _QUESTION
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(labels)


def _answer(query: bytes, address: str | None, ttl_s: int) -> bytes:
    """As a home router gives it: the name by a pointer to the question, and an alias is not needed."""
    if address is None:
        return query[:2] + bytes((0x81, 0x80 | _NO_SUCH_NAME)) + query[4:6] + bytes(6) + query[_QUESTION:]
    head = query[:2] + b"\x81\x80" + query[4:6] + b"\x00\x01" + bytes(4)
    record = b"\xc0\x0c\x00\x01\x00\x01" + ttl_s.to_bytes(4, "big") + b"\x00\x04" + socket.inet_aton(address)
    return head + query[_QUESTION:] + record
