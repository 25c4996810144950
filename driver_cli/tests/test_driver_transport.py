"""What broken connections, waiting servers and strangers do to a question and to the stream of events."""

import socket
from collections.abc import Sequence
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from rich.console import Console

from driver_cli.api.client import Api
from driver_cli.api.errors import Refused
from driver_cli.api.stream import Changed, ChargeStream, Quiet, Trouble, Update, charge_of
from driver_cli.commands.stop import until_final
from driver_cli.context import Context, Options
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.state import StateFile
from driver_cli.tests.canned import Clock, Serve, answer, event_stream, json_answer, problem_answer
from driver_cli.timing import Timing

OK = json_answer("200 OK", '{"a": 1}')
AWAY = problem_answer("503 Service Unavailable", '{"code": "log_away", "detail": "the log is away"}')
BROKEN = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\ncontent-type: application/json\r\n\r\n{"
BODY = {"message_id": "m-1", "cp_id": "cp_001"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


def api_at(url: str, clock: Clock, notices: list[str] | None = None) -> Api:
    return Api(url, (notices if notices is not None else []).append, clock.timing())


def closed_port_url() -> str:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_refused_connection_says_what_to_do(clock: Clock):
    url = closed_port_url()
    with pytest.raises(Failure) as failure:
        api_at(url, clock).get("/v1/charge-points")
    assert failure.value.exit_code is ExitCode.UNAVAILABLE
    expected = (
        f"Wattline at {url} cannot be reached: connection refused; "
        "try again in a moment, or give another address with --api or WATTLINE_API"
    )
    assert failure.value.text == expected
    assert sum(clock.pauses_s) <= 1.0


def test_name_that_does_not_resolve(clock: Clock):
    with pytest.raises(Failure) as failure:
        api_at("http://no-such-host.invalid:8080", clock).get("/health")
    assert failure.value.exit_code is ExitCode.UNAVAILABLE
    assert "cannot be reached" in failure.value.text
    assert "\n" not in failure.value.text


@pytest.mark.parametrize(
    "trouble", [AWAY, BROKEN, b"", b"HTTP/1.1 nonsense\r\n\r\n", answer("502 Bad Gateway", b"<html>")]
)
def test_request_is_sent_again_to_the_letter(serve: Serve, clock: Clock, trouble: bytes):
    server, notices = serve(trouble, trouble, OK), list[str]()
    assert api_at(server.url, clock, notices).post("/v1/charges", BODY) == {"a": 1}
    bodies = {each.partition(b"\r\n\r\n")[2] for each in server.requests}
    assert (len(server.requests), bodies) == (3, {b'{"message_id":"m-1","cp_id":"cp_001"}'})
    assert clock.pauses_s == [0.25, 0.5]
    assert len(notices) == 2


def test_server_s_pause_is_kept(serve: Serve, clock: Clock):
    server = serve(json_answer("503 Service Unavailable", "{}", "retry-after: 7"), OK)
    api_at(server.url, clock).post("/v1/charges", BODY)
    assert clock.pauses_s == [7.0]


def test_request_is_given_up_after_its_patience(serve: Serve, clock: Clock):
    server = serve(AWAY)
    with pytest.raises(Failure) as failure:
        api_at(server.url, clock).post("/v1/charges", BODY)
    assert failure.value.exit_code is ExitCode.UNAVAILABLE
    assert "HTTP 503 (the log is away)" in failure.value.text
    assert 20.0 < sum(clock.pauses_s) <= 30.0


def test_reader_is_told_when_to_come_back_instead_of_waiting(serve: Serve, clock: Clock):
    server = serve(json_answer("503 Service Unavailable", "{}", "retry-after: 5"))
    with pytest.raises(Failure) as failure:
        api_at(server.url, clock).get("/v1/charge-points")
    assert "try again in 5 s" in failure.value.text
    assert (clock.pauses_s, len(server.requests)) == ([], 1)


@pytest.mark.parametrize(
    "stranger",
    [
        answer("200 OK", b"<html>hello</html>", "content-type: text/html"),
        answer("404 Not Found", b"nothing"),
        answer("301 Moved", b"", "location: https://example.com/"),
        json_answer("200 OK", "[1]"),
        json_answer("200 OK", "[" * 100_000),
        answer("200 OK", b"\xff\xfe{", "content-type: application/json"),
        json_answer("400 Bad Request", '{"code": "bad_field", "detail": "not declared a problem"}'),
        problem_answer("400 Bad Request", '["bad"]'),
        problem_answer("400 Bad Request", '{"code": 5}'),
    ],
)
def test_stranger_is_no_wattline(serve: Serve, clock: Clock, stranger: bytes):
    server = serve(stranger)
    with pytest.raises(Failure) as failure:
        api_at(server.url, clock).post("/v1/charges", BODY)
    assert (failure.value.exit_code, failure.value.code) == (ExitCode.UNAVAILABLE, "not_wattline")
    assert len(server.requests) == 1


def test_refusal_is_not_asked_again(serve: Serve, clock: Clock):
    body = '{"code": "bad_field", "field": "max_energy_wh", "detail": "expected an integer"}'
    server = serve(problem_answer("400 Bad Request", body))
    with pytest.raises(Refused) as refused:
        api_at(server.url, clock).post("/v1/charges", BODY)
    told = (refused.value.status, refused.value.code, refused.value.field, refused.value.message)
    assert told == (400, "bad_field", "max_energy_wh", "expected an integer")
    assert len(server.requests) == 1


def charge_event(state: str, energy_wh: int = 0) -> str:
    charge = f'{{"message_id": "m-1", "cp_id": "cp_001", "state": "{state}", "energy_wh": {energy_wh}}}'
    return f"event: charge\ndata: {charge}\n\n"


def told(updates: Sequence[Update]) -> list[str]:
    return [each.charge.state if isinstance(each, Changed) else type(each).__name__ for each in updates]


def test_stream_is_opened_again_wherever_it_breaks(serve: Serve, clock: Clock):
    server = serve(
        event_stream(charge_event("pending") + ": alive\n\n" + 'event: charge\ndata: {"mess'),
        b"",
        AWAY,
        event_stream(charge_event("in_progress", 5)),
        event_stream("event: other\ndata: x\n\n" + charge_event("completed", 9) + charge_event("failed")),
    )
    updates = list(ChargeStream(api_at(server.url, clock), "m-1", "drv_1").updates())
    assert told(updates) == [
        "pending", Quiet.__name__, Trouble.__name__, Trouble.__name__, Trouble.__name__,
        "in_progress", Trouble.__name__, "completed",
    ]  # fmt: skip
    # The pauses double while nothing is heard, and begin anew when something was.
    assert clock.pauses_s == [0.25, 0.5, 1.0, 0.25]
    assert server.requests[0].startswith(b"GET /v1/charges/m-1/events?driver_id=drv_1 HTTP/1.1\r\n")


def test_stream_that_stays_away_is_given_up(serve: Serve, clock: Clock):
    server = serve(event_stream(charge_event("in_progress")), AWAY)
    stream = ChargeStream(api_at(server.url, clock), "m-1", "drv_1", give_up_after_s=60.0)
    seen: list[Update] = []
    with pytest.raises(Failure) as failure:
        seen.extend(stream.updates())
    assert failure.value.exit_code is ExitCode.UNAVAILABLE
    assert 60.0 < sum(clock.pauses_s) < 70.0


def test_silent_stream_is_opened_again(clock: Clock):
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        stream = ChargeStream(api_at(url, clock), "m-1", "drv_1", idle_timeout_s=0.05)
        updates = stream.updates()
        assert [next(updates), next(updates)] == 2 * [Trouble(f"Wattline at {url} does not answer; connecting again")]


def test_stop_is_not_waited_for_any_longer_though_the_charge_tells_of_itself(serve: Serve, tmp_path: Path):
    told = "".join(charge_event("in_progress", energy_wh) for energy_wh in range(50))
    server = serve(event_stream(told + charge_event("completed")))
    seconds = count(1000.0)  # one each time that somebody looks
    options = Options(json=False, api=server.url, driver="drv_1")
    context = Context(options, Console(), Console(), StateFile(tmp_path), Timing(monotonic_s=lambda: next(seconds)))
    charge = charge_of('{"message_id": "m-1", "cp_id": "cp_001", "state": "in_progress"}')
    with pytest.raises(Failure) as failure:
        until_final(context, "drv_1", charge, wait_s=10.0)
    assert (failure.value.exit_code, failure.value.code) == (ExitCode.UNAVAILABLE, "not_confirmed")


def test_charge_of_another_is_refused(serve: Serve, clock: Clock):
    body = '{"code": "not_found", "detail": "no such charge"}'
    server = serve(problem_answer("404 Not Found", body))
    with pytest.raises(Refused):
        list(ChargeStream(api_at(server.url, clock), "m-1", "drv_1").updates())


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{",
        "[]",
        '{"state": "completed"}',
        '{"message_id": "m", "cp_id": "c", "state": "melted"}',
        "[" * 50_000,
        "x" * 70_000,
    ],
)  # fmt: skip
def test_stream_that_makes_no_sense_ends_the_following(serve: Serve, clock: Clock, data: str):
    server = serve(event_stream(f"event: charge\ndata: {data}\n\n"))
    with pytest.raises(Failure) as failure:
        list(ChargeStream(api_at(server.url, clock), "m-1", "drv_1").updates())
    assert (failure.value.exit_code, failure.value.code) == (ExitCode.UNAVAILABLE, "bad_answer")


def test_page_is_no_stream(serve: Serve, clock: Clock):
    server = serve(OK)
    with pytest.raises(Failure) as failure:
        list(ChargeStream(api_at(server.url, clock), "m-1", "drv_1").updates())
    assert failure.value.code == "not_wattline"
