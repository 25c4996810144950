"""`socket` and `select` as the firmware has them, real ones, which note each call that could make the loop wait."""

import select
import socket

IPV4_PARTS = 4


class Guard:
    """`blocking`: what was called that can wait. `socket` and `select` stand in for the modules."""

    def __init__(self):
        self.blocking = []
        self.socket = _Sockets(self)
        self.select = _Select(self)

    def note(self, call):
        if call not in self.blocking:
            self.blocking.append(call)


class _Socket:
    def __init__(self, guard, real):
        self.real = real
        self._guard = guard
        self._waits = True

    def setblocking(self, flag):
        self._waits = flag
        self.real.setblocking(flag)

    def close(self):
        self.real.close()

    def setsockopt(self, *option):
        self.real.setsockopt(*option)

    def bind(self, address):
        self.real.bind(address)

    def listen(self, backlog):
        self.real.listen(backlog)

    def connect(self, address):
        return self._call("connect", address)

    def recv(self, most):
        return self._call("recv", most)

    def send(self, data):
        return self._call("send", data)

    def accept(self):
        stream, address = self._call("accept")
        return _Socket(self._guard, stream), address

    def _call(self, name, *arguments):
        if self._waits:
            self._guard.note(name)
        return getattr(self.real, name)(*arguments)


class _Sockets:
    AF_INET, SOCK_DGRAM = socket.AF_INET, socket.SOCK_DGRAM
    SOL_SOCKET, SO_REUSEADDR = socket.SOL_SOCKET, socket.SO_REUSEADDR

    def __init__(self, guard):
        self._guard = guard

    def socket(self, *kind):
        return _Socket(self._guard, socket.socket(*kind))

    def getaddrinfo(self, host, port):
        parts = host.split(".")
        if len(parts) != IPV4_PARTS or not all(part.isdigit() for part in parts):
            self._guard.note("getaddrinfo " + host)
        return socket.getaddrinfo(host, port)


class _Select:
    POLLIN, POLLOUT, POLLERR, POLLHUP = select.POLLIN, select.POLLOUT, select.POLLERR, select.POLLHUP

    def __init__(self, guard):
        self._guard = guard

    def poll(self):
        return _Poll(self._guard)


class _Poll:
    def __init__(self, guard):
        self._guard = guard
        self._real = select.poll()

    def register(self, guarded, events):
        self._real.register(guarded.real, events)

    def ipoll(self, timeout_ms=-1):
        if timeout_ms != 0:
            self._guard.note("ipoll")
        return self._real.ipoll(timeout_ms)
