"""The specification's messages, and a whole charge, against running processes of Central."""

import json
import signal
import time
from typing import Any

from wire.kinds import COMMANDS

from central.people.roles import AUDITOR
from central.tests.site import Site, sign_up
from central.tests.sse import charges
from runtime.tokens import new_token
from tools.testing.deadlines import DEADLINE_S


def test_server(site: Site) -> None:
    site.start()
    token = new_token()
    with site.client(token) as client, site.client(site.token("audit", AUDITOR)) as auditor:

        def get(path: str) -> Any:
            return client.get(path).raise_for_status().json()

        def point() -> Any:
            return get("/v1/charge-points/cp_001")

        # A board registers, and its line is up.
        site.appends(
            "ev.cp", "cp_001",
            b'{"type":"register_request","message_id":"uuid","id":"cp_001","location":"Location_Info",'
            b'"price_per_kwh":0.20}', "bridge",
        )  # fmt: skip
        site.says("link_up", "bridge", cp_id="cp_001", link_id="link1")
        site.wait_for(lambda: _status_of(client) == "ACTIVE", "cp_001 ACTIVE")
        assert (point()["location"], point()["price_per_kwh"]) == ("Location_Info", "0.2000")

        # A driver is registered through the API, and asks twice under one id: one charge.
        asked = {"message_id": "register-1", "username": "Ada", "token": token}
        driver = client.post("/v1/drivers", json=asked)
        assert driver.status_code == 201
        assert driver.json()["username"] == "Ada"
        assert driver.json()["created_at"]
        assert client.post("/v1/drivers", json=asked).json() == driver.json()
        driver_id = driver.json()["driver_id"]
        request = {"message_id": "charge-1", "cp_id": "cp_001", "driver_id": driver_id, "price_per_kwh": "0.2000"}
        first = client.post("/v1/charges", json=request)
        assert first.status_code == 202
        assert client.post("/v1/charges", json=request).json()["session_id"] == first.json()["session_id"]

        with client.stream("GET", "/v1/charges/charge-1/events", params={"driver_id": driver_id}) as response:
            seen = charges(response)
            assert next(charge for charge in seen if charge["state"] == "authorized")["price_per_kwh"] == "0.2000"
            command = _command(site, "start_charge")
            session = {"cp_id": "cp_001", "session_id": command["session_id"]}
            site.says("command_response", "bridge", seq=command["seq"], accepted=True, **session)
            site.says("charge_started", "bridge", meter_id="m", register_wh=5_000, **session)
            assert next(charge for charge in seen if charge["state"] == "in_progress")["energy_wh"] == 0
            early = client.get(f"/v1/charges/charge-1/receipt?driver_id={driver_id}")
            assert (early.status_code, early.json()["code"]) == (409, "not_finished")
            site.says(
                "charging_data", "bridge", message_id="b1.0123456789abcdef.t1", state="charging", meter_id="m",
                register_wh=5_010, session_energy_wh=10, power_w=3_600, current_ma=16_000, voltage_mv=230_000,
                limit_ma=16_000, limit_reason="rated", **session,
            )  # fmt: skip
            live = next(charge for charge in seen if charge["energy_wh"])
            assert (live["energy_wh"], live["power_w"], live["cost_minor"]) == (10, 3_600, 0)
            stopped = client.post("/v1/charges/charge-1/stop", json={"message_id": "charge-1", "driver_id": driver_id})
            assert stopped.status_code == 202  # its id is the request's, and it is not taken for that
            assert _command(site, "stop_charge")["session_id"] == command["session_id"]
            now_ms = time.time_ns() // 1_000_000
            site.says(
                "charge_completion", "bridge", meter_id="m", start_register_wh=5_000, end_register_wh=5_020,
                started_at_ms=now_ms - 1_000, ended_at_ms=now_ms, reason="driver", relay_closed=True, **session,
            )  # fmt: skip
            states = [charge["state"] for charge in seen]
        assert states[-1] == "completed"

        receipt = get(f"/v1/charges/charge-1/receipt?driver_id={driver_id}")
        assert (receipt["energy_wh"], receipt["cost_minor"], receipt["total"]) == (20, 0, "0.00")
        assert (receipt["energy_kwh"], receipt["price_per_kwh"], receipt["reason"]) == ("0.02", "0.2000", "driver")
        assert receipt["end_register_wh"] - receipt["start_register_wh"] == 20
        listed = get(f"/v1/drivers/{driver_id}/charges")["charges"]
        assert [(charge["message_id"], charge["state"]) for charge in listed] == [("charge-1", "completed")]
        assert get(f"/v1/drivers/{driver_id}/charges?open=1")["charges"] == []

        # A bare producer asks for a charge for a driver nobody knows: refused, and told why.
        site.appends(
            "ev.driver", "driver_001",
            b'{"type":"charge_request","message_id":"uuid","cp_id":"cp_001","driver_id":"driver_001"}',
        )  # fmt: skip
        bare = "/v1/charges/uuid?driver_id=driver_001"
        site.wait_for(lambda: auditor.get(bare).status_code == 200, "the bare request")
        refused = auditor.get(bare).json()
        assert (refused["state"], refused["reason"]) == ("refused", "unknown_driver")

        # A fault is reported by itself, and recovery brings the charge point back.
        site.appends(
            "ev.cp", "cp_001",
            b'{"type":"fault_notification","message_id":"uuid","id":"cp_001","failure_info":"Connection timeout"}',
            "bridge",
        )  # fmt: skip
        site.wait_for(lambda: _status_of(client) == "FAULTY", "cp_001 FAULTY")
        assert point()["faults"] == ["unspecified"]
        site.says("recovery_notification", "bridge", id="cp_001")
        site.wait_for(lambda: _status_of(client) == "ACTIVE", "cp_001 ACTIVE again")
        assert site.log.ends("ev.dead", 0).next == 0


def _status_of(client: Any) -> str:
    response = client.get("/v1/charge-points/cp_001")
    return response.json()["status"] if response.status_code == 200 else ""


def _command(site: Site, kind: str) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        said = [json.loads(record.value) for record in site.read(COMMANDS)]
        return next((message for message in said if message["type"] == kind), None)

    command = site.wait_for(found, kind)
    assert command is not None
    return command


def test_any_order_of_starting_and_an_orderly_end(site: Site) -> None:
    """The API before the tables are there; both ended by SIGTERM while a charge is followed."""
    site.books_file.unlink()
    site.people_file.unlink()
    site.api.start()
    site.api.wait_said("waiting: the database .* has no tables", 20)
    site.start(site.worker)
    site.api.wait_said(" ready api=", 20)
    site.connect()
    with site.client() as client:
        driver_id = sign_up(client)
        body = {"message_id": "c", "cp_id": "cp_001", "driver_id": driver_id}
        client.post("/v1/charges", json=body).raise_for_status()
        with client.stream("GET", "/v1/charges/c/events", params={"driver_id": driver_id}) as response:
            assert next(charges(response))["message_id"] == "c"
            for process in (site.api, site.worker):
                process.send_signal(signal.SIGTERM)
            for process in (site.api, site.worker):
                assert process.wait_ended(DEADLINE_S) == 0, process.log_tail()
