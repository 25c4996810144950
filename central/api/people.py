"""People and tokens: who may manage them adds, lists and revokes, as at the command line."""

from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from wire.kinds.fields import choice, may, must, must_id

from central.actions.people import add_token, add_user, revoke_token, set_password
from central.actions.refusal import Refusal
from central.actions.served_sites import check_sites, serve_sites
from central.api.access import GuardedRoute
from central.api.context import context_of
from central.api.errors import ApiError
from central.api.sign_in import hashing
from central.api.told import Told, body_of
from central.people.passwords import MAX_CHARACTERS, MIN_CHARACTERS
from central.people.roles import ALL, DRIVER, MANAGE_PEOPLE, ROLES, SCOPES

MAX_LABEL, MAX_DAYS, MAX_SITES = 100, 3_650, 100
PASSWORD = must("password", "text", MIN_CHARACTERS, MAX_CHARACTERS)
NEW_PERSON = (must_id("name"), choice("role", tuple(role for role in ROLES if role != DRIVER)), PASSWORD)
SITES = may("sites", "ids", 0, MAX_SITES)
ALL_SITES = may("all_sites", "bool")
_ONE_OF_TWO = {
    "oneOf": [
        {"properties": {"sites": {"type": "array"}, "all_sites": {"enum": [False, None]}}, "required": ["sites"]},
        {"properties": {"sites": {"type": "null"}, "all_sites": {"const": True}}, "required": ["all_sites"]},
    ]
}
NEW_TOKEN = (
    must_id("of"), choice("role", ROLES), may("scope", "choice", choices=SCOPES), may("label", "text", 0, MAX_LABEL),
    may("days", "int", 1, MAX_DAYS),
)  # fmt: skip
T = TypeVar("T")


async def add_person(request: Request) -> JSONResponse:
    body, people = await body_of(request, NEW_PERSON), context_of(request).people
    async with hashing:
        await _done(lambda: add_user(people, body["name"], body["role"], body["password"]))
    return JSONResponse({"name": body["name"], "role": body["role"]}, 201)


async def change_password(request: Request) -> JSONResponse:
    body, name = await body_of(request, (PASSWORD,)), request.path_params["name"]
    people = context_of(request).people
    async with hashing:
        await _done(lambda: set_password(people, name, body["password"]))
    return JSONResponse({"name": name, "changed": True})


async def change_sites(request: Request) -> JSONResponse:
    """These and no others, at once: streams of what he served before end."""
    body, name, context = await body_of(request, (SITES, ALL_SITES)), request.path_params["name"], context_of(request)
    sites, all_sites = body.get("sites"), body.get("all_sites") or False
    if (sites is None) != all_sites:
        raise ApiError(400, "bad_field", "sites: expected a list of sites, or all_sites: true, one of the two", "sites")
    served = None if sites is None else frozenset(sites)

    def change() -> None:
        check_sites(context.database, served or ())
        serve_sites(context.people, name, served)

    await _done(change)
    return JSONResponse({"name": name, "sites": None if served is None else sorted(served)})


async def make_token(request: Request) -> JSONResponse:
    """It is in this answer and nowhere else."""
    body, people = await body_of(request, NEW_TOKEN), context_of(request).people
    scope, label = body.get("scope") or ALL, body.get("label") or ""
    made = await _done(lambda: add_token(people, body["of"], body["role"], scope, label, body.get("days")))
    return JSONResponse(made, 201)


async def revoke(request: Request) -> JSONResponse:
    """What the token follows ends too."""
    await body_of(request, ())
    token_id, people = request.path_params["token_id"], context_of(request).people
    await _done(lambda: revoke_token(people, token_id))
    return JSONResponse({"token_id": token_id, "revoked": True})


async def _done(act: Callable[[], T]) -> T:
    """In a thread. Raises ApiError."""
    try:
        return await run_in_threadpool(act)
    except Refusal as refusal:
        raise ApiError(refusal.status, refusal.code, str(refusal), refusal.field) from refusal


ROUTES = [
    GuardedRoute(
        "POST", "/v1/people", add_person, MANAGE_PEOPLE,
        Told("Make somebody known who signs in by name and password.", "PersonAdded", NEW_PERSON, statuses=(201,),
             errors=((409, "already_known"),)),
    ),
    GuardedRoute(
        "POST", "/v1/people/{name}/password", change_password, MANAGE_PEOPLE,
        Told("Give somebody a new password; tokens made by the old one go on.", "PasswordSet", (PASSWORD,),
             errors=((404, "unknown_person"),)),
    ),
    GuardedRoute(
        "POST", "/v1/people/{name}/sites", change_sites, MANAGE_PEOPLE,
        Told("Say which sites an operator or auditor serves: these and no others, or all.", "SitesServed",
             (SITES, ALL_SITES), errors=((404, "unknown_person"), (404, "unknown_site"), (409, "not_of_sites")),
             more_of_body=_ONE_OF_TWO),
    ),
    GuardedRoute(
        "POST", "/v1/tokens", make_token, MANAGE_PEOPLE,
        Told("Make a token; its person is made where there was none. It is shown this once.", "TokenMade", NEW_TOKEN,
             statuses=(201,), errors=((409, "already_known"),)),
    ),
    GuardedRoute(
        "POST", "/v1/tokens/{token_id}/revoke", revoke, MANAGE_PEOPLE,
        Told("Make a token worthless, at once.", "TokenRevoked", (), errors=((404, "unknown_token"),)),
    ),
]  # fmt: skip
