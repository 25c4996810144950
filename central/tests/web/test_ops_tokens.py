"""Tokens made on `/ops/people`: shown once, and kept nowhere."""

import re

import httpx
import pytest

from central.people.roles import ADMIN, AUDITOR
from central.tests.site import Site
from central.tests.web.test_ops_lists import client_of

PATH = "/ops/people/token"


def test_a_token_is_shown_once_and_works_as_it_was_made(shared_site: Site) -> None:
    shared_site.token("audrey", AUDITOR)
    with client_of(shared_site, ADMIN) as client:
        answer = client.post(PATH, data={"of": "audrey", "label": "a <b>script</b>", "scope": "read", "days": "7"})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        (token,) = re.findall(r"wl_[\w-]{40,}", answer.text)
        again = client.get("/ops/people").text
        assert token not in again
        assert "a &lt;b&gt;script&lt;/b&gt;" in again
    with httpx.Client(base_url=shared_site.api_url, headers={"Authorization": f"Bearer {token}"}) as client:
        assert client.get("/v1/sessions").status_code == 200
        assert client.post("/v1/charge-points/cp_1/stop", json={"reason": "no"}).status_code == 403
    assert token not in shared_site.api.said()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"of": "nobody-of-that-name"}, 404), ({"days": "0"}, 400), ({"days": "-1"}, 400), ({"days": "\u00b2"}, 400),
        ({"days": "3651"}, 400), ({"scope": "everything"}, 400), ({"label": "x" * 101}, 400), ({"role": "admin"}, 400),
    ],
)  # fmt: skip
def test_what_makes_no_token_is_refused(shared_site: Site, form: dict[str, str], status: int) -> None:
    shared_site.token("audrey", AUDITOR)
    with client_of(shared_site, ADMIN) as client:
        answer = client.post(PATH, data={"of": "audrey", **form})
    assert answer.status_code == status
    assert "wl_" not in answer.text
