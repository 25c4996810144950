"""The HTTP client: one question to Central, asked again while that can help. The only file that knows the transport.

Every question that changes something carries the id it was given, so that asking again changes it once.
"""

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

import httpx

from driver_cli.api import retry
from driver_cli.api.errors import Passing, Refused
from driver_cli.api.retry import ASKING, READING, Patience
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.timing import Timing

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 15.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass
class Api:
    """`url`: http(s)://host[:port]. `notice` is called with the reason when a question is asked again."""

    url: str
    notice: Callable[[str], None]
    timing: Timing = field(default_factory=Timing)

    def __post_init__(self) -> None:
        try:
            host = httpx.URL(self.url).host
        except (httpx.InvalidURL, UnicodeError) as error:
            raise self._no_address(error) from None
        self._http = httpx.Client(
            base_url=self.url,
            headers={"accept": "application/json, application/problem+json", "user-agent": "wattline"},
            timeout=httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            # A proxy from the environment cannot reach this machine's own loopback address.
            trust_env=host not in _LOOPBACK,
        )

    def sign(self, token: str) -> None:
        """With whose token everything is asked from now on."""
        self._http.headers["authorization"] = f"Bearer {token}"

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **parameters: str | int) -> dict[str, Any]:
        """Raises Refused, or Failure (UNAVAILABLE)."""
        return self._ask(READING, "GET", path, params=parameters)

    def post(self, path: str, body: Mapping[str, object], patience: Patience = ASKING) -> dict[str, Any]:
        """Raises Refused, or Failure (UNAVAILABLE): then it may have been received, or not."""
        return self._ask(patience, "POST", path, json=body)

    @contextmanager
    def stream(self, path: str, read_timeout_s: float, **parameters: str) -> Generator[Iterator[bytes]]:
        """An event stream, one try. Raises Refused, Passing or Failure; reading on may raise Passing."""
        timeout = httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S, read=read_timeout_s)
        headers = {"accept": "text/event-stream"}
        try:
            request = self._http.build_request("GET", path, params=parameters, headers=headers, timeout=timeout)
            response = self._http.send(request, stream=True)
        except _TROUBLE as error:
            self._give_reason(error)
        try:
            if not response.is_success:
                self._judge(self._read(response))
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                raise self._no_wattline(response)
            yield self._chunks(response)
        finally:
            response.close()

    def _ask(self, patience: Patience, method: str, path: str, **request: Any) -> dict[str, Any]:
        deadline_s = self.timing.monotonic_s() + patience.total_s
        attempt = 0
        while True:
            try:
                return self._try(method, path, **request)
            except Passing as problem:
                pause_s = retry.pause_s(attempt, self.timing.jitter(), problem.retry_after_s)
                if self.timing.monotonic_s() + pause_s > deadline_s:
                    raise self.unavailable(problem) from None
                if patience is not READING:
                    self.notice(f"Wattline at {self.url} {problem.why}; trying again")
                self.timing.sleep_s(pause_s)
                attempt += 1

    def _try(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            response = self._http.request(method, path, **request)
        except _TROUBLE as error:
            self._give_reason(error)
        return self._judge(response)

    def _read(self, response: httpx.Response) -> httpx.Response:
        try:
            response.read()
        except _TROUBLE as error:
            self._give_reason(error)
        return response

    def _chunks(self, response: httpx.Response) -> Iterator[bytes]:
        try:
            yield from response.iter_bytes()
        except _TROUBLE as error:
            self._give_reason(error)

    def _give_reason(self, error: Exception) -> NoReturn:
        """Raises Passing, or Failure where trying again cannot help."""
        if isinstance(error, httpx.RequestError):
            raise Passing(why(error)) from None
        raise self._no_address(error) from None

    def _no_address(self, error: Exception) -> Failure:
        text = f"{self.url} is no address that can be reached ({error}); give Wattline's with --api or WATTLINE_API"
        return Failure(ExitCode.UNAVAILABLE, "unavailable", " ".join(text.split()))

    def _judge(self, response: httpx.Response) -> dict[str, Any]:
        document = _document(response)
        problem = document if _is_problem(response) else None
        status = response.status_code
        if status in retry.PASSING_STATUSES:
            said = f" ({problem.get('detail') or problem.get('code')})" if problem else ""
            wait_s = retry.retry_after_s(response.headers.get("retry-after"), self.timing.now)
            raise Passing(f"cannot answer just now: HTTP {status}{said}", wait_s)
        if problem is not None and isinstance(problem.get("code"), str):
            field = problem.get("field")
            message = str(problem.get("detail") or problem["code"])
            raise Refused(status, problem["code"], field if isinstance(field, str) else None, message)
        if document is None or not response.is_success:
            raise self._no_wattline(response)
        return document

    def _no_wattline(self, response: httpx.Response) -> Failure:
        text = (
            f"what answers at {self.url} is no Wattline (HTTP {response.status_code}); "
            "give Wattline's address with --api or WATTLINE_API"
        )
        return Failure(ExitCode.UNAVAILABLE, "not_wattline", text)

    def unavailable(self, problem: Passing) -> Failure:
        """The failure that says so, with the next step."""
        again = f"in {problem.retry_after_s:.0f} s" if problem.retry_after_s else "in a moment"
        text = (
            f"Wattline at {self.url} {problem.why}; try again {again}, "
            "or give another address with --api or WATTLINE_API"
        )
        return Failure(ExitCode.UNAVAILABLE, "unavailable", text)


def _is_problem(response: httpx.Response) -> bool:
    """RFC 9457."""
    return response.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/problem+json"


def _document(response: httpx.Response) -> dict[str, Any] | None:
    try:
        parsed: object = json.loads(response.content, parse_constant=_no_number)
    except (ValueError, RecursionError):  # ValueError: no JSON, no UTF-8, or a number of thousands of digits
        return None
    return cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else None


def _no_number(constant: str) -> NoReturn:
    """NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(constant)


# UnicodeError and InvalidURL: a host's name that no name server can be asked for.
_TROUBLE = (httpx.RequestError, httpx.InvalidURL, UnicodeError)

_WHY: tuple[tuple[type[httpx.RequestError], str], ...] = (
    (httpx.ConnectTimeout, "cannot be reached: no answer to the connection"),
    (httpx.ConnectError, "cannot be reached"),
    (httpx.TimeoutException, "does not answer"),
    (httpx.UnsupportedProtocol, "cannot be reached: the address must begin with http:// or https://"),
    (httpx.RemoteProtocolError, "broke off before it had answered"),
    (httpx.DecodingError, "sends what cannot be unpacked"),
)


def why(error: httpx.RequestError) -> str:
    """The trouble as the end of the sentence `Wattline at URL ...`."""
    text = next((each for kind, each in _WHY if isinstance(error, kind)), "lost the connection")
    return f"{text}: {_reason(error)}" if type(error) is httpx.ConnectError else text


def _reason(error: Exception) -> str:
    # httpx keeps the system's own words only in the text: "[Errno 111] Connection refused".
    text = str(error).rpartition("] ")[2].strip()
    return text[:1].lower() + text[1:] if text else type(error).__name__
