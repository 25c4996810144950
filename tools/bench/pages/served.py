"""Central's server on a year of books, and those who look at its pages."""

import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

from central.people.roles import ADMIN, DRIVER
from tools.bench.pages.year import Year
from tools.services.ports import LOOPBACK, free_port
from tools.services.process import ChildProcess
from tools.stack.boards import ROOT
from tools.stack.tokens import make_token
from tools.testing.deadlines import DEADLINE_S

COOKIE = "wattline"


class Served(NamedTuple):
    """`tokens`: of a driver and of an admin. `pid`: the server's process."""

    pid: int
    port: int
    tokens: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def processor_ms(self) -> float:
        """What it has used of the processors' time; 0 where the machine does not tell."""
        stat = Path(f"/proc/{self.pid}/stat")
        if not stat.exists():
            return 0.0
        ticks = stat.read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) * 1_000 / os.sysconf("SC_CLK_TCK")

    def headers(self, role: str) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.tokens[role]}", "Accept": "text/html"}


@contextmanager
def served(year: Year, folder: Path) -> Generator[Served]:
    people = Path(year.settings["PEOPLE_DB_PATH"])
    tokens = {DRIVER: make_token(people, year.driver_id, DRIVER), ADMIN: make_token(people, "operator", ADMIN)}
    port = free_port()
    settings = {
        "PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}", **year.settings, "API_ADDRESS": f"{LOOPBACK}:{port}",
    }  # fmt: skip
    api = ChildProcess(
        "api", [sys.executable, "-m", "central.operate.main", "api"], folder / "api.log", settings, folder
    )
    api.start()
    try:
        api.wait_said(" ready ", DEADLINE_S)
        yield Served(api.pid, port, tokens)
    finally:
        api.stop()


def asked_ms(server: Served, path: str, role: str, times: int, *, warm: bool = True) -> list[float]:
    """How long each answer took, over one connection. `warm`: but the first, when a template is read.

    Raises RuntimeError where it is no page.
    """
    connection = HTTPConnection(LOOPBACK, server.port, timeout=DEADLINE_S)
    taken: list[float] = []
    try:
        for _ in range(times + warm):
            began_s = time.perf_counter()
            connection.request("GET", path, headers=server.headers(role))
            answer = connection.getresponse()
            answer.read()
            taken.append((time.perf_counter() - began_s) * 1_000)
            if answer.status != 200:
                raise RuntimeError(f"{path} for a {role}: {answer.status}")
    finally:
        connection.close()
    return taken[warm:]
