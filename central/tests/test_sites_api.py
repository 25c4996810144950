"""Sites by API: made, changed and removed by those who manage them, with the refusals of the command line."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from central.people.roles import ADMIN, OPERATOR
from central.tests.site import Site

NORTH = {"name": "Depot North", "time_zone": "Europe/Berlin"}


BAD_SITES: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"sites": ["srved"]}, 404, "unknown_site"),
    ({}, 400, "bad_field"),
    ({"sites": [], "all_sites": True}, 400, "bad_field"),
    ({"sites": "served"}, 400, "bad_field"),
)


@pytest.fixture(scope="module")
def admin(shared_site: Site) -> Iterator[httpx.Client]:
    with shared_site.client(shared_site.token("sites-admin", ADMIN)) as client:
        yield client


def test_a_site_from_its_beginning_to_its_end(shared_site: Site, admin: httpx.Client) -> None:
    shared_site.connect("cp_by_api", "by-api")
    shared_site.wait_for(lambda: admin.get("/v1/charge-points/cp_by_api").is_success, "cp_by_api")
    added = admin.post("/v1/sites", json={"site_id": "by-api", **NORTH, "reason": "new depot"})
    assert added.status_code == 201, added.text
    assert added.json()["site"] == {
        "site_id": "by-api", **NORTH, "address": "", "guests": False, "charge_points": 0
    }  # fmt: skip
    changed = admin.post("/v1/sites/by-api/change", json={"guests": True, "address": "Kiel"}).json()
    assert (changed["state"], changed["site"]["guests"], changed["site"]["address"]) == ("done", True, "Kiel")
    assert admin.post("/v1/charge-points/cp_by_api/site", json={"site_id": "by-api"}).status_code == 200
    assert admin.get("/v1/charge-points/cp_by_api").json()["site"]["name"] == "Depot North"
    in_use = admin.post("/v1/sites/by-api/remove", json={})
    assert (in_use.status_code, in_use.json()["code"]) == (409, "site_in_use")
    assert admin.post("/v1/charge-points/cp_by_api/off-site", json={}).status_code == 200
    assert admin.get("/v1/charge-points/cp_by_api").json()["site"] is None
    assert admin.post("/v1/sites/by-api/remove", json={}).status_code == 200
    assert admin.get("/v1/sites/by-api").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "detail"),
    [
        ("/v1/sites", {"site_id": "x", "name": "x", "time_zone": "Berlin"}, 400, "bad_field", "mean Europe/Berlin?"),
        ("/v1/sites", {"site_id": "x", "time_zone": "UTC"}, 400, "missing_field", "name"),
        ("/v1/sites", {"site_id": "x y", **NORTH}, 400, "bad_field", "site_id"),
        ("/v1/sites", {"site_id": "x", **NORTH, "name": "a\u202eb"}, 400, "bad_field", "printable"),
        ("/v1/sites", {"site_id": "x", **NORTH, "name": "x" * 300}, 400, "bad_field", "1 to 80"),
        ("/v1/sites", {"site_id": "x", **NORTH, "name": "\x07"}, 400, "bad_field", "control"),
        ("/v1/sites", {"site_id": "x", **NORTH, "guests": "yes"}, 400, "bad_field", "true or false"),
        ("/v1/sites", {"site_id": "x", **NORTH, "plan": "y"}, 400, "unknown_field", "plan"),
        ("/v1/sites/none/change", {"name": "x"}, 404, "unknown_site", "there is no site none"),
        ("/v1/sites/none/remove", {}, 404, "unknown_site", "there is no site none"),
        ("/v1/sites/a b/remove", {}, 404, "unknown_site", "there is no site a b"),
        ("/v1/charge-points/none/site", {"site_id": "none"}, 404, "unknown_charge_point", "none"),
        ("/v1/charge-points/none/off-site", {}, 404, "unknown_charge_point", "none"),
    ],
)
def test_what_is_wrong_changes_nothing(
    admin: httpx.Client, path: str, body: dict[str, Any], status: int, code: str, detail: str
) -> None:
    refused = admin.post(path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert detail in refused.json()["detail"]
    assert admin.get("/v1/sites/x").status_code == 404


def test_which_sites_somebody_serves(shared_site: Site, admin: httpx.Client) -> None:
    admin.post("/v1/sites", json={"site_id": "served", **NORTH})
    with shared_site.client(shared_site.token("served-ops", OPERATOR)) as ops:
        path = "/v1/people/served-ops/sites"
        assert ops.get("/v1/me").json()["sites"] is None
        assert admin.post(path, json={"sites": ["served", "served"]}).json()["sites"] == ["served"]
        assert ops.get("/v1/me").json()["sites"] == ["served"]
        assert ops.post(path, json={"all_sites": True}).status_code == 403
        for body, status, code in BAD_SITES:
            refused = admin.post(path, json=body)
            assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
        assert ops.get("/v1/me").json()["sites"] == ["served"]
        assert admin.post(path, json={"sites": []}).json()["sites"] == []
        assert admin.post(path, json={"all_sites": True}).json()["sites"] is None
        assert ops.get("/v1/me").json()["sites"] is None
    refused = admin.post("/v1/people/sites-admin/sites", json={"sites": []})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_of_sites")
    assert admin.post("/v1/people/nobody/sites", json={"sites": []}).status_code == 404
