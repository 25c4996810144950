"""Which page whom lets in: every page, by everybody."""

from collections.abc import Iterator

import httpx
import pytest

from central.people.roles import ADMIN, AUDITOR, DRIVER, OPERATOR, ROLES
from central.tests.site import Site
from central.web.access import SIGN_IN, PageRoute
from central.web.assets import ROUTES as ASSETS
from central.web.routes import ROUTES

EVERYBODY = (None, *ROLES)
SEEING = (OPERATOR, AUDITOR, ADMIN)
SERVING = (OPERATOR, ADMIN)
ACTS = (
    *(f"/ops/posts/{{cp_id}}/{word}" for word in (
        "reset", "stop", "resume", "price", "limit", "clear-fault", "maintenance", "replace", "keep", "remove",
    )),
    *(f"/ops/sessions/{{session_id}}/{word}" for word in ("end", "accept-held", "drop-held")),
    "/ops/parked/{key}/unpark",
)  # fmt: skip

LISTS = ("sessions", "held", "parked", "deliveries")
# (method, path): whom it lets in. None: who has not signed in.
TABLE: dict[tuple[str, str], tuple[str | None, ...]] = {
    ("GET", "/"): EVERYBODY,
    ("GET", SIGN_IN): EVERYBODY,
    ("POST", SIGN_IN): EVERYBODY,
    ("GET", "/sign-in/oidc"): EVERYBODY,
    ("GET", "/sign-in/oidc/back"): EVERYBODY,
    ("POST", "/sign-out"): ROLES,
    ("POST", "/language"): EVERYBODY,
    ("GET", "/p"): EVERYBODY,
    ("GET", "/p/{cp_id}"): EVERYBODY,
    ("GET", "/p/{cp_id}/live"): EVERYBODY,
    ("POST", "/p/{cp_id}/register"): EVERYBODY,
    ("POST", "/p/{cp_id}/guest"): EVERYBODY,
    ("POST", "/p/{cp_id}/start"): (DRIVER,),
    ("GET", "/me"): ROLES,
    ("POST", "/me/password"): ROLES,
    ("POST", "/me/contacts"): ROLES,
    ("POST", "/me/contacts/code"): ROLES,
    ("POST", "/me/contacts/events"): ROLES,
    ("POST", "/me/tokens"): ROLES,
    ("POST", "/me/devices"): ROLES,
    ("POST", "/me/devices/remove"): ROLES,
    ("GET", "/me/export"): ROLES,
    ("GET", "/me/erase"): (DRIVER,),
    ("POST", "/me/erase"): (DRIVER,),
    ("GET", "/c/{session}"): ROLES,
    ("GET", "/c/{session}/live"): ROLES,
    ("POST", "/c/{session}/stop"): (DRIVER,),
    ("GET", "/ops"): SEEING,
    ("GET", "/ops/live"): SEEING,
    ("GET", "/ops/posts/{cp_id}"): SEEING,
    ("GET", "/ops/posts/{cp_id}/live"): SEEING,
    ("GET", "/ops/system/urgent"): SEEING,
    ("GET", "/ops/plan"): SEEING,
    ("GET", "/ops/system/quiet"): SEEING,
    **{("GET", f"/ops/{name}{end}"): SEEING for name in LISTS for end in ("", ".csv")},
    ("GET", "/ops/dead"): SEEING,
    ("GET", "/ops/insight"): SEEING,
    ("GET", "/ops/people"): (ADMIN,),
    **{("POST", f"/ops/people/{word}"): (ADMIN,) for word in ("add", "password", "token", "revoke")},
    **{("GET", path): SERVING for path in ACTS},
    **{("POST", path): SERVING for path in ACTS},
    ("POST", "/c/{session}/problem"): (DRIVER,),
}


def pages() -> Iterator[tuple[str, str]]:
    for route in ROUTES:
        if route in ASSETS:
            continue
        assert isinstance(route, PageRoute), "every page names the right that it needs"
        (method,) = (route.methods or set()) - {"HEAD"}
        yield method, route.path


def test_no_page_is_missing_here() -> None:
    assert set(pages()) == set(TABLE)


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize(("method", "path"), TABLE)
def test_each_role_at_each_page(shared_site: Site, method: str, path: str, role: str | None) -> None:
    name = f"{role}-{method}-{path.strip('/').replace('/', '-')}"
    cookies = {} if role is None else {"wattline": shared_site.token(name, role)}
    with httpx.Client(base_url=shared_site.api_url, cookies=cookies) as client:
        headers = {"Origin": shared_site.api_url, "Content-Type": "application/x-www-form-urlencoded"}
        with client.stream(method, path, headers=headers) as answer:
            if "event-stream" not in answer.headers.get("content-type", ""):
                answer.read()
    to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith(f"{SIGN_IN}?")
    if role in TABLE[method, path]:
        assert answer.status_code != 403, answer.text
        assert not to_sign_in
    elif role is None:
        assert to_sign_in, answer.text
    else:
        assert answer.status_code == 403, answer.text
