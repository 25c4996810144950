"""Signing in by name and password, which gives a token; who one is; and signing out."""

import asyncio
import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from wire.kinds.fields import may, must

from central.api.access import CHALLENGE, GuardedRoute, person_in
from central.api.context import Context, context_of, now_ms
from central.api.errors import ApiError, bad_field
from central.api.guard import read_object
from central.api.told import Told
from central.people.passwords import fits
from central.people.register import Person, add_token, password_of, person_of, revoke
from central.people.roles import SEE_OWN
from central.views.moments import iso
from runtime.tokens import new_token, sha256_of

FIELDS = ("name", "password", "label")
MAX_CHARACTERS = 256
SIGN_IN = (
    must("name", "text", 0, MAX_CHARACTERS), must("password", "text", 0, MAX_CHARACTERS),
    may("label", "text", 0, MAX_CHARACTERS),
)  # fmt: skip
TOKEN_MS = 90 * 24 * 3_600_000
HASHES_AT_ONCE = 2  # each takes 64 MiB for a while
hashing = asyncio.Semaphore(HASHES_AT_ONCE)


async def sign_in(request: Request) -> Response:
    context = context_of(request)
    body = await read_object(request, FIELDS)
    name, password, label = (_text(body, field) for field in FIELDS)
    token, person = await token_for(context, address_of(request), name, password, label or "signed in")
    return JSONResponse({"token": token, "expires_at": iso(now_ms() + TOKEN_MS), **_shown(person)}, 201)


async def token_for(context: Context, address: str, name: str, password: str, label: str) -> tuple[str, Person]:
    """A new token of whoever has this name and password. Raises as `check_password`."""
    await check_password(context, address, name, password)
    token = await run_in_threadpool(_new_token, context, name, label)
    return token, await run_in_threadpool(_person, context, sha256_of(token))


async def check_password(context: Context, address: str, name: str, password: str) -> None:
    """`address`: from where it is tried. Raises ApiError 401 where name or password is wrong, 429 after too many."""
    who = (("name", name), ("address", address))
    wait_s = context.tries.wait_s(time.monotonic(), *who)
    if wait_s > 0:
        text = f"too many wrong passwords; try again in {wait_s:.0f} s"
        raise ApiError(429, "too_many_tries", text, headers={"Retry-After": str(int(wait_s) + 1)})
    async with hashing:
        is_right = await run_in_threadpool(_fits, context, name, password)
    if not is_right:
        context.tries.failed(time.monotonic(), *who)
        raise ApiError(401, "wrong_password", "name or password is wrong", headers=CHALLENGE)
    context.tries.succeeded(*who)


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


async def sign_out(request: Request) -> Response:
    await revoke_token(context_of(request), person_in(request).sha256)
    return JSONResponse({"signed_in": False})


async def revoke_token(context: Context, sha256: str) -> None:
    def write() -> None:
        with context.people.writer.begin() as connection:
            revoke(connection, now_ms(), sha256=sha256)

    await run_in_threadpool(write)


async def me(request: Request) -> Response:
    return JSONResponse(_shown(person_in(request)))


def _text(body: dict[str, object], field: str) -> str:
    value = body.get(field, "" if field == "label" else None)
    if value is None:
        raise ApiError(400, "missing_field", f"{field}: it is required", field)
    if not isinstance(value, str) or len(value) > MAX_CHARACTERS:
        raise bad_field(field, f"expected a text of at most {MAX_CHARACTERS} characters")
    return value


def _fits(context: Context, name: str, password: str) -> bool:
    with context.people.reader.connect() as connection:
        stored = password_of(connection, name)
    return fits(password, stored)


def _new_token(context: Context, name: str, label: str) -> str:
    token = new_token()
    with context.people.writer.begin() as connection:
        now = now_ms()
        add_token(connection, name, sha256_of(token), now, label, expires_at_ms=now + TOKEN_MS)
    return token


def _person(context: Context, sha256: str) -> Person:
    with context.people.reader.connect() as connection:
        person = person_of(connection, sha256, now_ms())
    assert person is not None, "it was made just now"
    return person


def _shown(person: Person) -> dict[str, object]:
    sites = None if person.sites is None else sorted(person.sites)  # null: all
    who = {"id": person.person_id, "role": person.role, "scope": person.scope, "driver_id": person.driver_id}
    return {**who, "sites": sites}


ROUTES = [
    GuardedRoute(
        "POST", "/v1/sign-in", sign_in, None,
        Told("Sign in by name and password, which gives a token for 90 days.", "SignedIn", SIGN_IN, statuses=(201,),
             errors=((401, "wrong_password"), (429, "too_many_tries"))),
    ),
    GuardedRoute(
        "POST", "/v1/sign-out", sign_out, SEE_OWN, Told("Revoke the token that is shown.", "SignedOut"),
    ),
    GuardedRoute("GET", "/v1/me", me, SEE_OWN, Told("Who the token's person is.", "Me")),
]  # fmt: skip
