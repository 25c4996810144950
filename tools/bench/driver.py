"""A driver who asks and follows with as little machinery as there is: what a client costs would count as the system's.

http.client and not httpx, which needs 1 to 2 ms a request of its own. All times are Unix seconds of this machine's
clock, which the log's and the plant's times are of as well.
"""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from tools.services.ports import LOOPBACK
from tools.stack.tokens import bearer
from tools.testing.deadlines import DEADLINE_S

EVENT_DATA = b"data:"


@dataclass(frozen=True)
class Asked:
    """A charge that was asked for: `posted_s` just before the request was sent."""

    message_id: str
    driver_id: str
    posted_s: float


class QuickDriver:
    """One connection for requests, kept open, and a new one for each charge that is followed."""

    def __init__(self, api_port: int) -> None:
        self._port = api_port
        self._requests = HTTPConnection(LOOPBACK, api_port, timeout=DEADLINE_S)
        self._headers: dict[str, dict[str, str]] = {}  # of each driver: his token

    def close(self) -> None:
        self._requests.close()

    def register(self, username: str) -> str:
        """The new driver's id."""
        registered = self._post("/v1/drivers", {"username": username})
        driver_id: str = registered["driver_id"]
        self._headers[driver_id] = bearer(registered["token"])
        return driver_id

    def ask(self, cp_id: str, driver_id: str) -> Asked:
        posted_s = time.time()
        charge = self._post("/v1/charges", {"cp_id": cp_id}, driver_id)
        return Asked(charge["message_id"], driver_id, posted_s)

    def stop(self, asked: Asked) -> None:
        self._post(f"/v1/charges/{asked.message_id}/stop", {}, asked.driver_id)

    def follow(self, asked: Asked) -> Iterator[tuple[dict[str, Any], float]]:
        """The charge each time it has changed, and when this was heard, until it has ended."""
        with closing(HTTPConnection(LOOPBACK, self._port, timeout=DEADLINE_S)) as connection:
            path = f"/v1/charges/{asked.message_id}/events"
            connection.request("GET", path, headers=self._headers[asked.driver_id])
            response = connection.getresponse()
            if response.status != 200:
                raise RuntimeError(f"following a charge: {response.status} {response.read().decode()}")
            while line := response.readline():
                heard_s = time.time()
                if line.startswith(EVENT_DATA):
                    yield json.loads(line[len(EVENT_DATA) :]), heard_s

    def _post(self, path: str, body: dict[str, object], driver_id: str | None = None) -> dict[str, Any]:
        """`driver_id`: who asks. Raises RuntimeError where the API says no."""
        content = json.dumps({"message_id": str(uuid.uuid4()), **body})
        headers = {"Content-Type": "application/json", **(self._headers[driver_id] if driver_id else {})}
        self._requests.request("POST", path, content, headers)
        response = self._requests.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
        if response.status >= 300:
            raise RuntimeError(f"POST {path}: {response.status} {answer}")
        return answer
