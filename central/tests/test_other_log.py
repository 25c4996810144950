"""An API whose log is another than the books': it appends nothing there, and says so; what only reads goes on."""

import uuid
from collections.abc import Iterator

import pytest
from wire.kinds import DRIVER

from central.tests.site import Site, sign_up
from eventlog.embedded.log import EmbeddedLog


@pytest.fixture
def elsewhere(site: Site) -> Iterator[EmbeddedLog]:
    """The API of a site with a driver in its books; and the log that it was pointed at by mistake."""
    site.start()
    with site.client() as client:
        sign_up(client)
    site.connect("cp_001")
    other = EmbeddedLog(site.folder / "other-log.db")
    other.create_topics()
    site.api.stop()
    site.api = site.process("api", LOG_PATH=str(site.folder / "other-log.db"))
    site.start(site.api)
    yield other
    other.close()


def test_an_api_at_another_log_appends_nothing_and_says_so(site: Site, elsewhere: EmbeddedLog) -> None:
    own, other = site.log.cluster_id(), elsewhere.cluster_id()
    with site.client() as client:
        refused = client.post("/v1/drivers", json={"message_id": str(uuid.uuid4()), "username": "Bob"})
        assert (refused.status_code, refused.json()["code"]) == (503, "other_log")
        assert own in refused.json()["detail"]
        assert other in refused.json()["detail"]
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["code"]) == (503, "other_log")
        health = client.get("/health").raise_for_status().json()
        assert health["log"] == "another than the books were folded from"
        assert [each for each in health["alarms"] if own in each and other in each]
        assert client.get("/v1/charge-points/cp_001").status_code == 200
    assert elsewhere.ends(DRIVER, 0).next == 0


def test_it_works_as_soon_as_it_has_the_right_one(site: Site, elsewhere: EmbeddedLog) -> None:
    del elsewhere
    site.api.stop()
    site.api = site.process("api")
    site.start(site.api)
    with site.client() as client:
        sign_up(client, "Carol")
        assert client.get("/health/ready").status_code == 200
