"""A publisher for MQTT 3.1.1, stepped: telemetry at QoS 0, and a retained state with a last will. Never blocks.

While the broker is away, figures are dropped; nothing else is lost.
"""

from chargepoint.ticks import ticks_diff

PROTOCOL_LEVEL = 4
KEEPALIVE_S = 30
_PING_MS = 10000
_ANSWER_MS = 10000  # for a connection, its CONNACK, and each PINGRESP
_CONNECT, _CONNACK, _PUBLISH, _PINGREQ, _PINGRESP = 0x10, 0x20, 0x30, 0xC0, 0xD0
_RETAIN = 0x01
_CLEAN, _WILL, _WILL_RETAIN, _USER, _PASSWORD = 0x02, 0x04, 0x20, 0x80, 0x40
_HELD_MOST = 64  # bytes of an unfinished packet: a publisher is never sent longer ones


class Publisher:
    """`line`: a byte line (hal.contract); `retry`: when to dial again; `client_id`: unique at the broker.

    `dropped` counts what could not be sent, `connections` the broker's acceptances.
    """

    def __init__(self, line, retry, client_id, state_topic, online, offline, login=None):
        """state_topic holds `online`, retained, and `offline` once the broker misses us (bytes). `login`: user and
        password, or None.
        """
        self.dropped = 0
        self.connections = 0
        self.connected = False
        self._line = line
        self._retry = retry
        self._connect_packet = _connect(client_id, state_topic, offline, login)
        self._online = _publish(state_topic, online, _RETAIN)
        self._generation = 0
        self._dialled_at = None
        self._pinged_at = None  # a ping without its answer
        self._heard_at = 0
        self._held = b""

    def publish(self, topic, payload):
        """False, and counted, where it cannot go out now."""
        if self.connected and self._line.write(_publish(topic, payload, 0)):
            return True
        self.dropped += 1
        return False

    def step(self, now):
        self._line.step(now)
        if self._dialled_at is None:
            if self._retry.due(now):
                self._dialled_at = now
                self._line.dial()
            return
        if self._line.generation != self._generation and self._line.is_open:
            self._generation = self._line.generation
            self._line.write(self._connect_packet)
        self._read(now)
        if self._has_failed(now):
            self._disconnect(now)
        elif self.connected:
            self._ping(now)

    def _read(self, now):
        self._held += self._line.read(_HELD_MOST)
        while len(self._held) >= 2:
            size = 2 + self._held[1]
            if self._held[1] & 0x80 or size > _HELD_MOST:  # nothing so long is for a publisher
                self._disconnect(now)
                return
            if len(self._held) < size:
                return
            packet, self._held = self._held[:size], self._held[size:]
            self._take(packet, now)

    def _take(self, packet, now):
        kind = packet[0] & 0xF0
        if kind == _CONNACK and len(packet) == 4 and packet[3] == 0:
            self.connected = True
            self.connections += 1
            self._heard_at = now
            self._retry.succeed()
            self._line.write(self._online)
        elif kind == _PINGRESP:
            self._pinged_at = None
            self._heard_at = now
        else:  # refused, or no broker
            self._disconnect(now)

    def _ping(self, now):
        if self._pinged_at is None and ticks_diff(now, self._heard_at) >= _PING_MS:
            self._pinged_at = now  # whether there is room for it or not: a line that takes nothing is dead too
            self._line.write(bytes((_PINGREQ, 0)))

    def _has_failed(self, now):
        if self._dialled_at is None:
            return False
        if not self._line.is_open and not self._line.is_dialling:
            return True
        if not self.connected:
            return ticks_diff(now, self._dialled_at) >= _ANSWER_MS
        return self._pinged_at is not None and ticks_diff(now, self._pinged_at) >= _ANSWER_MS

    def _disconnect(self, now):
        self._line.close()
        self.connected = False
        self._dialled_at = self._pinged_at = None
        self._held = b""
        self._retry.fail(now)


def _text(data):
    return bytes((len(data) >> 8, len(data) & 0xFF)) + data


def _packet(head, body):
    size = len(body)
    length = bytearray()
    while True:
        length.append(size & 0x7F | (0x80 if size > 0x7F else 0))
        size >>= 7
        if not size:
            return bytes((head,)) + bytes(length) + body


def _connect(client_id, will_topic, will, login):
    flags = _CLEAN | _WILL | _WILL_RETAIN
    payload = _text(client_id.encode()) + _text(will_topic.encode()) + _text(will)
    if login is not None:
        flags |= _USER | _PASSWORD
        payload += _text(login[0].encode()) + _text(login[1].encode())
    return _packet(_CONNECT, _text(b"MQTT") + bytes((PROTOCOL_LEVEL, flags, 0, KEEPALIVE_S)) + payload)


def _publish(topic, payload, flags):
    return _packet(_PUBLISH | flags, _text(topic.encode()) + payload)
