"""The description of the API: it is whole, it is OpenAPI 3.1, and the API does what it says, on good and bad data."""

import uuid
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from schemathesis import checks as base_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks as openapi_checks

from central.api.access import GuardedRoute
from central.api.answers import OBJECTS
from central.api.codes import CODES
from central.api.description import describe, errors_of, method_of
from central.people.roles import ADMIN, DRIVER, OF_ROLE
from central.serving.routes import API_ROUTES as ROUTES
from central.tests.notices import notices_at
from central.tests.site import Site
from tools.stack.tokens import bearer
from tools.testing.deadlines import DEADLINE_S

EXAMPLES = 12  # of each operation, and what covers each bound of each field beside them
DESCRIPTION = describe(ROUTES)
STREAMS = [route for route in ROUTES if route.told is not None and route.told.is_stream]
# A stream has no end to wait for: tests of its own look at it.
WITHOUT_STREAMS = describe([route for route in ROUTES if route not in STREAMS])
SCHEMA: Any = schemathesis.openapi.from_dict(WITHOUT_STREAMS, config=SchemathesisConfig())
_BASE: Any = base_checks
_OF_OPENAPI: Any = openapi_checks  # its functions are annotated in part
CHECKS: list[Any] = [
    _BASE.not_a_server_error,
    _OF_OPENAPI.status_code_conformance,
    _OF_OPENAPI.content_type_conformance,
    _OF_OPENAPI.response_schema_conformance,
    _OF_OPENAPI.negative_data_rejection,
]
# What a schema cannot say of good data: status, code and field of the refusal, and why. All else that fits is accepted.
BEYOND_SCHEMAS = {
    (400, "bad_field", "cursor"): "it is what a page of that list gave; made up ones are none",
    (400, "bad_field", "time_zone"): "which there are, the database of time zones says, and it changes every year",
    (400, "bad_field", "email"): "an address is a mailbox, a topic or a chat; the refusal says what it looks like",
    (400, "bad_field", "ntfy"): "the same",
    (400, "bad_field", "telegram"): "the same",
    (400, "bad_field", "events"): "of which events somebody may be told is another list for each role",
    (400, "missing_field", "message_id"): "a header may stand for it, which the schema of a body does not see",
    (422, "key_reused", "Idempotency-Key"): "it asked for something else before: that is no matter of one request",
}
SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
ENDS_ITS_TOKEN = ("/v1/sign-out", "/v1/me/erase")
PRINTABLE = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=60).filter(str.isprintable)
schemathesis.openapi.format("printable", PRINTABLE)
schemathesis.openapi.format("time-zone", st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"]))
RIGHTS = {(method_of(route), route.path): route.right for route in ROUTES}


def test_every_route_has_a_description() -> None:
    assert [route.path for route in ROUTES if route.told is None] == []
    assert len({each["operationId"] for path in DESCRIPTION["paths"].values() for each in path.values()}) == len(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{method_of(route)} {route.path}")
def test_what_a_route_may_refuse_has_a_meaning(route: GuardedRoute) -> None:
    known = {(row.status, row.code) for row in CODES}
    assert [each for each in errors_of(route) if each not in known] == []


def test_every_shape_is_used() -> None:
    told = str(DESCRIPTION)
    assert [name for name in OBJECTS if f"schemas/{name}'" not in told] == []


def test_it_is_served(shared_site: Site) -> None:
    with shared_site.client() as client:
        assert client.get("/v1/openapi.json").json() == DESCRIPTION


@pytest.fixture(scope="module")
def tokens(shared_site: Site) -> dict[str, str]:
    """Of who may do all that drivers do, and all else."""
    shared_site.connect("cp_001", "described")
    with notices_at(shared_site.folder / "notices.db"):
        pass  # as the process that tells people makes it
    with shared_site.client() as client:
        shared_site.wait_for(lambda: client.get("/v1/charge-points/cp_001").status_code == 200, "cp_001")
    return {role: shared_site.token(f"described-{role}", role) for role in (DRIVER, ADMIN)}


@SCHEMA.parametrize()
@seed(1)
@settings(
    max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[*SLOW_IS_FINE, HealthCheck.function_scoped_fixture],
)  # fmt: skip
def test_the_api_does_what_it_says(case: Any, shared_site: Site, tokens: dict[str, str]) -> None:
    right = RIGHTS[case.operation.method.upper(), case.operation.path]
    role = DRIVER if right in OF_ROLE[DRIVER] else ADMIN
    ends = case.operation.path in ENDS_ITS_TOKEN
    token = shared_site.token(f"described-{uuid.uuid4()}", DRIVER) if ends else tokens[role]
    response = case.call(base_url=shared_site.api_url, headers=bearer(token), timeout=DEADLINE_S)
    case.validate_response(response, checks=CHECKS)
    told: dict[str, Any] = response.json() if response.headers["content-type"] == ["application/problem+json"] else {}
    if (response.status_code, told.get("code"), told.get("field")) not in BEYOND_SCHEMAS:
        case.validate_response(response, checks=[_OF_OPENAPI.positive_data_acceptance])


def test_a_method_that_the_address_does_not_know_is_told_those_that_it_does(shared_site: Site) -> None:
    with shared_site.client() as client:
        for path, allowed in (("/v1/tokens", "GET, HEAD, POST"), ("/v1/charges", "POST"), ("/health", "GET, HEAD")):
            refused = client.request("DELETE", path)
            assert (refused.status_code, refused.json()["code"]) == (405, "method_not_allowed")
            assert refused.headers["allow"] == allowed


def test_an_unknown_address_is_a_problem(shared_site: Site) -> None:
    with shared_site.client() as client:
        refused: httpx.Response = client.get("/v1/none")
    assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")
