"""Pages show somebody who serves sites what is there alone; elsewhere is what does not exist."""

import httpx
import pytest

from central.people.roles import AUDITOR, OPERATOR
from central.people.sites import set_sites
from central.tests.site import Site, sign_up
from tools.stack.tokens import people_at


@pytest.fixture(scope="module")
def session(shared_site: Site) -> str:
    """Of a charge at the site `paged`."""
    shared_site.connect("cp_paged", "paged")
    shared_site.says("site_request", "operator", site_id="paged", action="add", name="Paged", time_zone="UTC")
    shared_site.says("operator_request", "operator", cp_id="cp_paged", action="site", site_id="paged")
    with shared_site.client() as client:
        sign_up(client)
        shared_site.wait_for(lambda: client.get("/v1/charge-points/cp_paged").json().get("site"), "on its site")
        asked = client.post("/v1/charges", json={"message_id": "paged", "cp_id": "cp_paged"}).json()
        shared_site.wait_for(lambda: client.get("/v1/charges/paged").json()["state"] != "pending", "folded")
        return asked["session_id"]


@pytest.mark.parametrize("role", [OPERATOR, AUDITOR])
@pytest.mark.parametrize(("sites", "status"), [(("paged",), 200), (None, 200), (("other",), 404), ((), 404)])
def test_the_page_of_a_charge(
    shared_site: Site, session: str, role: str, sites: tuple[str, ...] | None, status: int
) -> None:
    name = f"pages-{role}-{status}-{sites is None}-{bool(sites)}"
    token = shared_site.token(name, role)
    with people_at(shared_site.people_file) as people, people.writer.begin() as connection:
        set_sites(connection, name, None if sites is None else frozenset(sites))
    with httpx.Client(base_url=shared_site.api_url, cookies={"wattline": token}) as client:
        assert client.get(f"/c/{session}").status_code == status
        with client.stream("GET", f"/c/{session}/live") as live:
            assert live.status_code == status
