"""Feeds lines, good and bad, to the wire's code, and prints what it makes of them: the same on every Python."""

from wire.check import check
from wire.frame import DEPTH_LIMIT, Decoder, FrameError, compact, encode, parse
from wire.ids import parse as parse_id
from wire.kinds import log, plant
from wire.seal import CRC32

REGISTER = '{"type":"register_request","message_id":"uuid","id":"cp_001","location":"Location_Info","price_per_kwh":%s}'
DATA = (
    '{"type":"charging_data","cp_id":"c","state":"idle","meter_id":"m","register_wh":%s,"session_energy_wh":0,'
    '"power_w":%s,"current_ma":0,"voltage_mv":0,"limit_ma":0,"limit_reason":"rated"}'
)
# What is checked: payloads, without their tag.
PAYLOADS = (
    # The specification's own.
    REGISTER % "0.20",
    '{"type":"charge_request","message_id":"uuid","cp_id":"cp_001","driver_id":"driver_001"}',
    '{"type":"health_check_request","message_id":"uuid","id":"cp_001","timestamp":1234567890}',
    '{"type":"fault_notification","message_id":"uuid","id":"cp_001","failure_info":"Connection timeout"}',
    # Numbers.
    REGISTER % "0", REGISTER % "1000", REGISTER % "1000.5", REGISTER % "-0.01", REGISTER % "1e2", REGISTER % '"0.2"',
    REGISTER % "true", REGISTER % "null", REGISTER % "[]",
    DATA % ("0", "-100000"), DATA % ("1073741823", "100000"), DATA % ("1073741824", "0"), DATA % ("0", "-100001"),
    DATA % ("1.0", "0"), DATA % ("-1", "0"), DATA % ("true", "0"), DATA % ('"1"', "0"),
    # Texts and ids.
    '{"type":"fault_notification","message_id":"a.b-c_D","id":"x","failure_info":"ä \\u20ac \\" \\\\ /"}',
    '{"type":"fault_notification","message_id":"m","id":"x","failure_info":"a\\u0000b"}',
    '{"type":"fault_notification","message_id":"m","id":"x","failure_info":"a\\nb"}',
    '{"type":"fault_notification","message_id":"m","id":"x","failure_info":""}',
    '{"type":"fault_notification","message_id":"m","id":"","failure_info":"x"}',
    '{"type":"fault_notification","message_id":"m","id":"a b","failure_info":"x"}',
    '{"type":"fault_notification","message_id":"%s","id":"x","failure_info":"x"}' % ("m" * 64),
    '{"type":"fault_notification","message_id":"%s","id":"x","failure_info":"x"}' % ("m" * 65),
    '{"type":"fault_notification","id":"x","failure_info":"x"}',
    '{"type":"fault_notification","message_id":"m","id":"x","failure_info":"%s"}' % ("y" * 255),
    '{"type":"fault_notification","message_id":"m","id":"x","failure_info":"%s"}' % ("y" * 256),
    '{"type":"fault_notification","message_id":"m","id":"x","failure_info":"x","fault":null,"more":{"b":[1,{}],"a":2}}',
    # Lists, choices, truth.
    '{"type":"ack","board":"b","epoch":"0123456789abcdef","n":[1,2,3]}',
    '{"type":"ack","n":[]}', '{"type":"ack","n":[1,"2"]}', '{"type":"ack","n":[1073741824]}', '{"type":"ack","n":1}',
    '{"type":"ack","message_id":["uuid"]}', '{"type":"ack","message_id":["u u"]}', '{"type":"ack","message_id":"u"}',
    '{"type":"heartbeat","cp_id":"c","state":"idle","v":1}', '{"type":"heartbeat","cp_id":"c","state":"asleep"}',
    '{"type":"heartbeat","cp_id":"c","state":1}', '{"type":"heartbeat","cp_id":"c","state":"idle","v":0}',
    '{"type":"pins","relay":true}', '{"type":"pins","relay":1}', '{"type":"pins"}',
    # No messages.
    "", "{", "}", "[]", "1", '"x"', "null", "true", "{}", '{"type":"become_king"}', '{"type":7}', '{"type":null}',
    '{"type":"pins","relay":true', "nonsense", "[" * 100, '{"a":' * 50,
    # Nested as deep as is allowed, and deeper.
    '{"type":"pins","relay":true,"x":' + "[" * (DEPTH_LIMIT - 1) + "]" * (DEPTH_LIMIT - 1) + "}",
    '{"type":"pins","relay":true,"x":' + "[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT + "}",
    '{"type":"pins","relay":true,"x":' + '{"a":' * 400 + "1" + "}" * 401,
)
IDS = (
    "b.0123456789abcdef.1", "b.0123456789abcdef.t7", "b.0123456789abcdef.01", "b.0123456789ABCDEF.1", "b.0123.1", "..",
    "b.0123456789abcdef.", "b.0123456789abcdef.t", "b.0123456789abcdef.12345678901", "b.0123456789abcdef.-1", "uuid",
    "b.c.0123456789abcdef.1", "x" * 25 + ".0123456789abcdef.1", "b.0123456789abcdef.0", ".0123456789abcdef.1",
)
VALUES = (
    {}, {"b": 1, "a": [True, False, None, -5, "x"]}, "\x08\x0c\x1f\x7f\x00\n\t\r", "ä€😀", [[], {}, ""],
    0.25, -0.5, 100000000,
)


def said(payload: str) -> str:
    try:
        message = parse(payload.encode())
    except FrameError as error:
        return error.code
    problem = check(message)
    verdict = "good" if problem is None else " ".join((problem.code, problem.field, problem.text))
    return verdict + " " + _line(message)


def _line(message: "dict[str, object]") -> str:
    try:
        return encode(message, CRC32)[:-1].decode()
    except FrameError as error:
        return error.code


def decoded(data: bytes, sizes: "tuple[int, ...]") -> str:
    """What a decoder finds in the bytes when they come in chunks of these sizes, in turn."""
    decoder, found, start, turn = Decoder(CRC32), [], 0, 0
    while start < len(data):
        size = sizes[turn % len(sizes)]
        found += decoder.feed(data[start : start + size])
        start += size
        turn += 1
    counters = (decoder.held(), decoder.bytes_dropped, decoder.lines_too_long, decoder.lines_bad_tag)
    return "%d lines, counters %s, last %s" % (len(found), counters, found[-1:])


def noisy() -> bytes:
    """Good lines among noise of every kind."""
    good = encode({"type": "pins", "relay": True}, CRC32)
    damaged = good[:5] + b"X" + good[6:]
    parts = (
        good, b"\n\n\r\n", b"MicroPython v1.28\r\n>>> ", b"\n", good, good[:10], b"\n", damaged, b"\x00" * 50, b"\n",
        good[:-1] + b"\r\n", b"x" * 3000, b"\n", good, b"\xff\xfe*00000000\n", b"*\n", b"********d\n",
        good.upper(), good, b"y" * 1023, b"\n", b"y" * 1024, b"\n", good, good[:-1],
    )
    return b"".join(parts)


# Importing a table adds its rows to the one that `check` reads: boards', servers' and plants'.
print("kinds", len(log.KINDS), len(plant.KINDS))
for each in PAYLOADS:
    print(each[:40], "->", said(each))
for each in IDS:
    print(each, "->", parse_id(each))
for each in VALUES:
    print(compact(each))
for chunks in ((1,), (7, 1, 100), (64,), (1024,), (100000,)):
    print(decoded(noisy(), chunks))
