"""Registering a driver, who gets a token by it. The name lies in the database alone; the log knows pseudonymous ids.

Whoever registers may bring the token, which he made himself: then a registration whose answer was lost can be said
again. One that brings none gets one with the answer, once.
"""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid5

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from wire.kinds.fields import may, must, must_id

from central.api.access import GuardedRoute
from central.api.context import Context, context_of, now_ms
from central.api.errors import ApiError
from central.api.fields import checked, token_of, username_of
from central.api.guard import read_object
from central.api.told import NO_LOG, Told
from central.model.names import MAX_NAME_CHARACTERS
from central.people.register import Taken, add_person, add_token, was_given
from central.people.roles import DRIVER
from central.store.names import write_name
from central.views.moments import iso
from central.views.queries import read_driver
from runtime.tokens import new_token, sha256_of

FIELDS = ("message_id", "username", "token")
NAMESPACE = UUID("b3a6d2c0-9a0d-5c57-8a63-0f6a5f0c8d11")
ID_CHARACTERS = 12
FOLD_TIMEOUT_S = 1.0
FOLD_POLL_S = 0.01


async def register(request: Request) -> Response:
    body = await read_object(request, FIELDS)
    username, brought = username_of(body), token_of(body)
    answer = await register_driver(context_of(request), body.get("message_id"), username, brought)
    return JSONResponse(answer, 201)


async def register_driver(
    context: Context, message_id: object, username: str | None, brought: str | None
) -> dict[str, Any]:
    """The driver, with his token where none was brought. `username`: None for a guest, who has no name.

    `created_at` is None where the worker is away.

    Raises ApiError 400 for an odd message_id, 409 where the id was answered with another token, 503.
    """
    driver_id = driver_id_of(message_id) if isinstance(message_id, str) else ""
    message = checked({"type": "driver_register", "message_id": message_id, "driver_id": driver_id or "unknown"})
    # Token and name first: who is in the log has both, also when this process dies in between.
    token = brought or new_token()
    await run_in_threadpool(_write_token, context, driver_id, token)
    if username is not None:
        await run_in_threadpool(_write_name, context, driver_id, username)
    await context.log.append(message)
    name, created_at_ms = await _wait_for_fold(context, driver_id)
    answer = {"driver_id": driver_id, "username": name, "created_at": iso(created_at_ms)}
    return answer if brought else {**answer, "token": token}


def driver_id_of(message_id: str) -> str:
    """The same request makes the same driver, however often it is made."""
    return f"drv_{uuid5(NAMESPACE, message_id).hex[:ID_CHARACTERS]}"


def _write_token(context: Context, driver_id: str, token: str) -> None:
    """Raises ApiError 409 where this driver has other tokens, or this token is another's."""
    sha256 = sha256_of(token)
    with context.people.writer.begin() as connection:
        try:
            add_person(connection, driver_id, DRIVER, now_ms())
            if (given := was_given(connection, driver_id)) and sha256 not in given:
                raise Taken("this registration was answered with another token; register anew, with a new message_id")
            add_token(connection, driver_id, sha256, now_ms(), "registered")
        except Taken as error:
            raise ApiError(409, "already_registered", str(error)) from error


def _write_name(context: Context, driver_id: str, username: str) -> None:
    with context.database.writer.begin() as connection:
        write_name(connection, driver_id, username)


async def _wait_for_fold(context: Context, driver_id: str) -> tuple[str | None, int | None]:
    """Briefly; `created_at` is null where the worker is away, and the driver exists once it is back."""
    deadline = time.monotonic() + FOLD_TIMEOUT_S
    while True:
        found = await context.read(lambda connection: read_driver(connection, driver_id))
        if (found is not None and found[1] is not None) or time.monotonic() > deadline:
            return found or (None, None)
        await asyncio.sleep(FOLD_POLL_S)


NEW_DRIVER = (must_id("message_id"), must("username", "text", 1, MAX_NAME_CHARACTERS), may("token", "token"))
ROUTES = [
    GuardedRoute(
        "POST", "/v1/drivers", register, None,
        Told("Register as a driver; the same message_id and token again mean the same driver.", "Registered",
             NEW_DRIVER, statuses=(201,), errors=((409, "already_registered"), *NO_LOG)),
    )
]  # fmt: skip
