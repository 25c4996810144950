"""A Central in a folder: real processes on a real embedded log and a real database, for tests."""

import re
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from wire.frame import payload_of
from wire.ids import reliable_id
from wire.kinds.log import KINDS

from central.people.opening import MIGRATIONS as PEOPLE
from central.people.roles import ALL, DRIVER
from central.tests.made_tables import write_tables
from eventlog import Appended, Log, Record
from eventlog.clock import wall_ms
from eventlog.embedded.log import EmbeddedLog
from tools.services.process import ChildProcess, wait_for
from tools.stack.tokens import bearer, make_token
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[2]
EPOCH = "0123456789abcdef"
QUICK = {"OUTAGE_GRACE_S": "0", "TICK_INTERVAL_MS": "50"}


def sign_up(client: httpx.Client, name: str = "Ada") -> str:
    """Registers a driver, as whom this client asks from now on; the driver's id."""
    response = client.post("/v1/drivers", json={"message_id": str(uuid.uuid4()), "username": name})
    assert response.status_code == 201, response.text
    client.headers.update(bearer(response.json()["token"]))
    return response.json()["driver_id"]


class Site:
    """`log`: the test's own hand on the log. Boards, drivers and strangers speak through `says` and `board_says`,
    and each is heard to the end: what a test looks at next has it. Books and people have their tables.
    """

    def __init__(
        self, folder: Path, settings: Mapping[str, str] | None = None, now_ms: Callable[[], int] = wall_ms,
        log: Log | None = None,
    ) -> None:  # fmt: skip
        """`log`: where it is not the embedded one; `settings` say where its processes find it."""
        self.folder = folder
        self.log: Log = EmbeddedLog(folder / "log.db", now_ms=now_ms) if log is None else log
        self.log.create_topics()
        self._counts: dict[str, int] = {}
        self.people_file, self.books_file = folder / "people.db", folder / "central.db"
        write_tables(self.people_file, PEOPLE)
        write_tables(self.books_file)
        self._environment = {
            "PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}",
            "LOG_PATH": str(folder / "log.db"),
            "DB_PATH": str(self.books_file),
            "PEOPLE_DB_PATH": str(self.people_file),
            "INSIGHT_DB_PATH": str(folder / "insight.db"),
            "NOTICES_DB_PATH": str(folder / "notices.db"),
            "API_ADDRESS": "127.0.0.1:0",
            "BROKER_ADDRESS": "",
            "DATABASE_URL": "",
            "PEOPLE_DATABASE_URL": "",
            "INSIGHT_DATABASE_URL": "",
            "NOTICES_DATABASE_URL": "",
            "NOTICES_MAIL": "",
            "NOTICES_NTFY": "",
            "NOTICES_TELEGRAM_TOKEN_FILE": "",
            "MQTT_ADDRESS": "",
            "HOME_ASSISTANT_PREFIX": "",
            "HOMES_POSTS": "",
            "HOMES_DRIVER_ID": "",
            "ADMIN_PASSWORD_FILE": "",
            "PUBLIC_URL": "",
            "SITE_PLAN": "",
            "RATE_PER_TOKEN": "0",  # tests ask as fast as they can
            **QUICK,
            **(settings or {}),
        }
        self.worker = self.process("worker")
        self.api = self.process("api")

    @property
    def environment(self) -> dict[str, str]:
        return dict(self._environment)

    def process(self, command: str, *words: str, **settings: str) -> ChildProcess:
        """A process of `wattline-central`, not started yet."""
        return ChildProcess(
            f"central {command}",
            [sys.executable, "-m", "central.operate.main", command, *words],
            self.folder / f"{command}.log",
            {**self._environment, **settings},
            self.folder,
        )

    def start(self, *processes: ChildProcess) -> None:
        """Starts these, or worker and API, and waits until they are ready."""
        chosen = processes or (self.worker, self.api)
        for process in chosen:
            process.start()
        for process in chosen:
            process.wait_said(" ready ", DEADLINE_S)

    @property
    def api_url(self) -> str:
        return "http://" + re.findall(r"ready api=(\S+)", self.api.said())[-1]

    def client(self, token: str | None = None) -> httpx.Client:
        """Of somebody who shows this token; None: none."""
        headers = {} if token is None else bearer(token)
        return httpx.Client(base_url=self.api_url, timeout=DEADLINE_S, headers=headers)

    def token(self, person_id: str, role: str = DRIVER, scope: str = ALL) -> str:
        """A new one of theirs, as `wattline-central token add` makes it."""
        return make_token(self.people_file, person_id, role, scope)

    def appends(self, topic: str, key: str | bytes, value: bytes, by: str | None = None) -> Appended:
        headers = {} if by is None else {"by": by.encode()}
        return self.log.append(topic, key, value, headers).result(DEADLINE_S)

    def says(self, kind: str, by: str | None, /, **fields: Any) -> Appended:
        """A message in the log, appended by `by` (None: without the header)."""
        message: dict[str, Any] = {"type": kind, "message_id": str(uuid.uuid4()), **fields}
        return self.appends(KINDS[kind].topic, message[KINDS[kind].key], payload_of(message), by)

    def board_says(self, kind: str, board: str = "b1", **fields: Any) -> Appended:
        """A reliable message of a board, under its next n."""
        self._counts[board] = self._counts.get(board, 0) + 1
        return self.says(kind, "bridge", message_id=reliable_id(board, EPOCH, self._counts[board]), **fields)

    def connect(self, cp_id: str = "cp_001", board: str = "b1", **fields: Any) -> None:
        """The charge point registers, and its line is up."""
        told = {"location": "Yard", "price_per_kwh": 0.25, "meter_id": f"m-{cp_id}", "register_wh": 1_000, **fields}
        self.board_says("register_request", board, id=cp_id, **told)
        self.says("link_up", "bridge", cp_id=cp_id, link_id=f"link-{board}", board=board)

    def read(self, topic: str, until: int = 1, timeout_s: float = DEADLINE_S) -> Sequence[Record]:
        """All records of a topic, once there are `until`."""
        places = [(topic, number) for number in range(self.log.partitions(topic))]
        reader = self.log.reader(dict.fromkeys(places, 0))
        records: list[Record] = []
        deadline = time.monotonic() + timeout_s
        try:
            while len(records) < until and time.monotonic() < deadline:
                records += reader.poll(1_000, 0.2)
            while more := reader.poll(1_000, 0.0):
                records += more
        finally:
            reader.close()
        assert len(records) >= until, f"{topic}: {len(records)} records, expected {until}"
        return records

    def wait_for(self, condition: Any, what: str, timeout_s: float = DEADLINE_S) -> Any:
        try:
            return wait_for(condition, timeout_s, what)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n{self.worker.log_tail()}") from error

    def close(self) -> None:
        for process in (self.api, self.worker):
            process.stop()
        self.log.close()
