"""Bad input at every interface of a running system while a car charges: clear answers, and the charge goes on."""

import json
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import paho.mqtt.client as mqtt
import pytest
import serial
from paho.mqtt.enums import CallbackAPIVersion
from wire.frame import Decoder, parse, payload_of
from wire.seal import CRC32

from eventlog.opening import open_log
from hil_tests.whole_line import Site, agree, site
from tools.services.ports import LOOPBACK
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

EPOCH = "00c0ffee00c0ffee"
STRANGER = {"location": "Elsewhere", "price_per_kwh": 0.01}

# Bad messages on a line, each with the code of its answer; None: there is no answer.
BAD_PAYLOADS: tuple[tuple[bytes, str | None], ...] = (
    (b"hello", "not_json"),
    (b"\xff\xfe\x00", "not_json"),
    (b'{"type":"register_request","message_id":"u1","id":"cp_x","location":"","price_per_kwh":NaN}', "not_json"),
    (b'{"type":"register_request","message_id":"u2","id":"cp_x","location":"","price_per_kwh":1e999}', "not_json"),
    (b'{"type":"register_request","message_id":"u3","id":"cp_x","location":"","price_per_kwh":-0.2}', "out_of_bounds"),
    (b'{"type":"register_request","message_id":"u4","id":"cp x","location":"","price_per_kwh":0.2}', "bad_field"),
    (b'{"type":"open_the_relay","message_id":"u5"}', "unknown_type"),
    (b'{"type":"fault_notification","message_id":"u6","id":"cp_tcp"}', "missing_field"),
    (b'{"type":"start_charge","message_id":"u7","cp_id":"cp_tcp","seq":9,"session_id":"s"}', "wrong_direction"),
    (b"[" * 900, "not_json"),
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A car charges at cp_tcp all the while; at the end its receipt is what it would be otherwise."""
    with site("embedded", tmp_path_factory.mktemp("hostile")) as started:
        charge = started.charge("cp_tcp", kwh=200)
        charge.flowed_wh(50)
        yield started
        assert charge.point.plant.state()["relay"]
        charge.driver.run("stop", "cp_tcp")
        agree(charge, charge.ended())
        assert not _parked(started.stack.folder)


@pytest.fixture(autouse=True)
def _undisturbed(running: Site) -> Iterator[None]:
    yield
    assert running.stack.charge_points["cp_tcp"].plant.state()["relay"]


def _parked(folder: Path) -> int:
    with sqlite3.connect(folder / "wattline.db") as database:
        count: int = database.execute("SELECT COUNT(*) FROM Parked").fetchone()[0]
    return count


class Line:
    """A TCP connection of a stranger."""

    def __init__(self, port: int, tagged: bool) -> None:
        self._socket = socket.create_connection((LOOPBACK, port), timeout=DEADLINE_S)
        self._seal = CRC32 if tagged else None
        self._decoder = Decoder(self._seal)

    def say(self, payload: bytes) -> None:
        self._socket.sendall(payload + (b"*" + CRC32.tag(payload) if self._seal else b"") + b"\n")

    def hear(self) -> dict[str, object]:
        """The next message. Raises TimeoutError, EOFError."""
        while True:
            chunk = self._socket.recv(4096)
            if not chunk:
                raise EOFError
            for payload in self._decoder.feed(chunk):
                return parse(payload)

    def close(self) -> None:
        self._socket.close()


@pytest.mark.parametrize("tagged", [True, False], ids=["board port", "plain port"])
def test_lines(running: Site, tagged: bool) -> None:
    port = running.stack.bridge_port if tagged else running.stack.plain_port
    for payload, code in BAD_PAYLOADS:
        line = Line(port, tagged)
        line.say(payload)
        answer = line.hear()
        assert (answer["type"], answer["code"]) == ("error_response", code), payload
        line.close()


def test_noise_and_a_megabyte_without_a_newline(running: Site) -> None:
    line = Line(running.stack.bridge_port, tagged=True)
    for _ in range(256):
        line._socket.sendall(b"\x00noise*deadbeef" * 256)  # pyright: ignore[reportPrivateUsage] -- no frame at all
    line.say(b"")
    line.say(BAD_PAYLOADS[6][0])
    assert line.hear()["code"] == "unknown_type"
    line.close()


def _registration(cp_id: str, message_id: str) -> bytes:
    return payload_of({"type": "register_request", "message_id": message_id, "id": cp_id, **STRANGER})


def test_another_board_says_it_is_the_charge_point_that_charges(running: Site) -> None:
    line = Line(running.stack.bridge_port, tagged=True)
    line.say(_registration("cp_tcp", f"evil.{EPOCH}.1"))
    answers = [line.hear(), line.hear()]
    response = next(answer for answer in answers if answer["type"] == "register_response")
    assert (response["accepted"], response["reason"]) == (False, "not_bound")
    assert running.stack.get("/v1/charge-points/cp_tcp")["location"] != STRANGER["location"]
    line.close()


def test_a_number_of_a_thousand_million(running: Site) -> None:
    line = Line(running.stack.bridge_port, tagged=True)
    line.say(_registration("cp_huge", f"huge.{EPOCH}.1000000000"))
    assert line.hear()["type"] == "ack"
    wait_for(lambda: "n_jump" in _dead(running), DEADLINE_S, "it is a dead letter")
    line.close()


def test_the_serial_line(running: Site) -> None:
    modem = running.stack.charge_points["cp_serial"].modem
    assert modem
    with serial.Serial(modem.far, timeout=1) as port:
        for payload, _ in BAD_PAYLOADS:
            port.write(payload + b"*" + CRC32.tag(payload) + b"\n" + b"\x00\xff noise \r\n" * 9)
    charge = running.charge("cp_serial", kwh=0.2)
    agree(charge, charge.ended())


def test_mqtt(running: Site) -> None:
    assert running.stack.mqtt
    stranger = mqtt.Client(CallbackAPIVersion.VERSION2)
    stranger.connect(LOOPBACK, running.stack.mqtt.port)
    stranger.loop_start()
    before = running.status("cp_tcp")
    for topic in ("wattline/cp_tcp/telemetry", "wattline/cp_none/telemetry", "wattline/cp_tcp/state", "wattline/x"):
        for payload, _ in BAD_PAYLOADS:
            stranger.publish(topic, payload, qos=1).wait_for_publish(DEADLINE_S)
    stranger.publish("wattline/cp_tcp/telemetry", b"x" * 100_000, qos=1).wait_for_publish(DEADLINE_S)
    stranger.loop_stop()
    assert running.status("cp_tcp") == before


def test_the_logs_topics(running: Site) -> None:
    """Others can append to the log too. What is not a valid record becomes a dead letter with its reason."""
    log = open_log("", running.stack.folder / "log.db", "stranger")
    completion = {"type": "charge_completion", "message_id": str(uuid4()), "cp_id": "cp_tcp"}
    heartbeat = {"type": "heartbeat", "message_id": "x", "cp_id": "cp_tcp", "state": "idle"}
    for topic in ("ev.cp", "ev.driver", "ev.telemetry"):
        for payload, _ in BAD_PAYLOADS:
            log.append(topic, "cp_tcp", payload, {"by": b"bridge"}).result(DEADLINE_S)
        for message in (completion, heartbeat):
            log.append(topic, "cp_tcp", json.dumps(message).encode(), {"by": b"stranger"}).result(DEADLINE_S)
            log.append(topic, "cp_other", json.dumps(message).encode(), {"by": b"bridge"}).result(DEADLINE_S)
    log.close()
    for reason in ("not_json", "unknown_type", "missing_field", "wrong_key", "wrong_origin", "wrong_topic"):
        wait_for(lambda reason=reason: reason in _dead(running), DEADLINE_S, f"a dead letter says {reason}")


def _dead(running: Site) -> str:
    """All reasons in ev.dead."""
    log = open_log("", running.stack.folder / "log.db", "reader")
    reader = log.reader({("ev.dead", 0): log.ends("ev.dead", 0).first})
    count = log.ends("ev.dead", 0).next
    records = reader.poll(count, 1.0) if count else ()
    reader.close()
    log.close()
    return " ".join(str(dict(record.headers)) for record in records)


ROUTES = (
    ("POST", "/v1/drivers"),
    ("POST", "/v1/charges"),
    ("POST", "/v1/charges/none/stop"),
    ("GET", "/v1/charges/none"),
    ("GET", "/v1/charges/none/events"),
    ("GET", "/v1/charges/none/receipt"),
    ("GET", "/v1/charge-points/none"),
    ("DELETE", "/v1/charge-points"),
)
BODIES = (
    b"", b"null", b"[]", b"{", b'{"cp_id": NaN}', b"\xff", b'{"message_id": 1e999}', b"x" * 1_000_000, b"[" * 15_000,
)  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_the_api(running: Site, method: str, path: str) -> None:
    with httpx.Client(base_url=running.stack.api_url, timeout=DEADLINE_S) as api:
        for body in BODIES if method == "POST" else (b"",):
            answer = api.request(method, path, content=body, headers={"content-type": "application/json"})
            assert 400 <= answer.status_code < 500, (body[:40], answer.text)
            assert answer.json()["code"]
        for headers in ({"host": "evil.example"}, {"origin": "https://evil.example"}):
            assert api.request(method, path, headers=headers).status_code in (400, 403, 421)
