"""What a name server is asked and what it answers: one IPv4 address of a name (RFC 1035). No I/O.

An answer may be a stranger's. Names in it are skipped and never followed, so that no pointer leads round in circles.
"""

TTL_MOST_S = 0xFFFFFF
_HEAD = 12
_ADDRESS = b"\x00\x01\x00\x01"  # type A, class IN; also the end of the question
_RECORDS_MOST = 32


def query(number, host):
    """number: two random bytes; host: ASCII, as chargepoint.settings takes it."""
    asked = bytearray(number) + b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"  # recursion desired, one question
    for label in host.lower().encode().split(b"."):
        asked.append(len(label))
        asked.extend(label)
    return bytes(asked) + b"\x00" + _ADDRESS


def answer(asked, data):
    """(address, ttl_s) of an answer to that query, address "" where the server has none; None for anything else."""
    at = len(asked)
    if len(data) < at or data[:2] != asked[:2] or data[2] & 0xF8 != 0x80 or data[4:6] != asked[4:6]:
        return None
    if data[_HEAD:at] != asked[_HEAD:]:
        return None
    if data[3] & 0x0F:  # its response code: no such name, or it cannot tell
        return "", 0
    ttl_s = TTL_MOST_S  # the least of those on the way: of aliases too
    for _ in range(min(data[6] << 8 | data[7], _RECORDS_MOST)):
        at = _behind_name(data, at)
        begin = at + 10
        if begin > len(data):
            return None
        at, kind = begin + (data[begin - 2] << 8 | data[begin - 1]), data[begin - 10 : begin - 6]
        if at > len(data):
            return None
        if not data[begin - 6]:  # else beyond TTL_MOST_S
            ttl_s = min(ttl_s, data[begin - 5] << 16 | data[begin - 4] << 8 | data[begin - 3])
        if kind == _ADDRESS and at == begin + 4 and 0 < data[begin] < 224:  # a host's: not 0.0.0.0, not many hosts'
            return "%d.%d.%d.%d" % tuple(data[begin:at]), ttl_s
    return "", 0


def _behind_name(data, at):
    """Where what follows the name at `at` begins; beyond the data where it does not end."""
    while at < len(data):
        length = data[at]
        if length >= 0xC0:
            return at + 2
        at += 1 + length
        if not length:
            break
    return at
