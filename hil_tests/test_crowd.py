"""Load that breaks such systems: all boards connect at once, and Central is away for a while."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn, cast
from uuid import uuid4

import httpx
import pytest

from hil_tests.crowd import Crowd
from hil_tests.whole_line import SETTINGS, SPEED, killed
from tools.services import kafka
from tools.services.process import wait_for
from tools.stack.log_choice import Wanted
from tools.stack.stack import Stack
from tools.stack.tokens import bearer
from tools.testing.deadlines import DEADLINE_S

BOARDS = 300
CHARGES = 20
LIMIT_WH = 200
# One thread steps all boards, so a loaded machine takes many times longer.
PATIENCE_S = 4 * DEADLINE_S
# Boards keep the intervals that the bridge asks for: one thread cannot send 300 heartbeats a second.
CALM = {**SETTINGS, "SILENT_AFTER_S": "60", "HEARTBEAT_INTERVAL_S": "5", "HEALTH_INTERVAL_S": "30"}


@pytest.fixture(scope="module", params=["embedded", "kafka"])
def servers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], NoReturn]
) -> Iterator[Stack]:
    if request.param == "kafka" and (reason := kafka.available()):
        missing(f"Apache Kafka ({reason})")
    folder = tmp_path_factory.mktemp("crowd")
    with Stack(folder, [], cast(Wanted, request.param), CALM) as stack:
        yield stack


def _statuses(stack: Stack) -> list[str]:
    return [point["status"] for point in stack.get("/v1/charge-points")["charge_points"]]


def _all_active(stack: Stack) -> bool:
    statuses = _statuses(stack)
    return len(statuses) == BOARDS and set(statuses) == {"ACTIVE"}


@pytest.mark.timeout(5 * PATIENCE_S)
def test_hundreds_of_boards_in_the_same_instant(servers: Stack, tmp_path: Path) -> None:
    with Crowd(BOARDS, servers.bridge_port, tmp_path, SPEED) as crowd:
        wait_for(lambda: _all_active(servers), PATIENCE_S, "all are registered")
        with killed(servers.bridge):
            pass
        wait_for(lambda: "DISCONNECTED" in _statuses(servers) or _all_active(servers), PATIENCE_S, "a new bridge")
        wait_for(lambda: _all_active(servers), PATIENCE_S, "all are registered again")
        _charge_while_the_worker_is_away(servers, crowd)


def _charge_while_the_worker_is_away(stack: Stack, crowd: Crowd) -> None:
    charging = crowd.sample_often(list(crowd.worlds)[:CHARGES])
    requests = {cp_id: _request(stack, cp_id) for cp_id in charging}
    wait_for(lambda: all(w.relay.contact or w.record.closures for w in charging.values()), PATIENCE_S, "relays close")
    with killed(stack.worker):
        wait_for(lambda: not any(w.relay.contact for w in charging.values()), PATIENCE_S, "all charges end")
    for cp_id, request in requests.items():
        wait_for(lambda request=request: _billed_wh(stack, request), PATIENCE_S, f"{cp_id} is billed")
        closures = charging[cp_id].record.closures
        assert len(closures) == 1
        metered_wh = (closures[0].register_end_wh or 0) - (closures[0].register_start_wh or 0)
        assert _billed_wh(stack, request) == min(metered_wh, LIMIT_WH) > LIMIT_WH * 0.8


def _request(stack: Stack, cp_id: str) -> dict[str, str]:
    """A driver who asks for a charge there."""
    with httpx.Client(base_url=stack.api_url, timeout=DEADLINE_S) as api:
        name = {"message_id": str(uuid4()), "username": f"driver of {cp_id}"}
        driver = api.post("/v1/drivers", json=name).raise_for_status().json()
        body = {"message_id": str(uuid4()), "cp_id": cp_id, "driver_id": driver["driver_id"]}
        asked = {**body, "max_energy_wh": LIMIT_WH}
        api.post("/v1/charges", json=asked, headers=bearer(driver["token"])).raise_for_status()
    return body


def _billed_wh(stack: Stack, request: dict[str, str]) -> int:
    """0 until there is a bill."""
    charge = stack.get(f"/v1/charges/{request['message_id']}?driver_id={request['driver_id']}")
    return charge["energy_wh"] if charge["state"] == "completed" else 0
