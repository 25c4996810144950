"""Registering a driver. The name lies in the database alone; the log knows pseudonymous ids."""

import asyncio
import time
from uuid import UUID, uuid5

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from central.api.context import Context, context_of
from central.api.fields import checked, username_of
from central.api.guard import read_object
from central.store.names import write_name
from central.views.moments import iso
from central.views.queries import read_driver

FIELDS = ("message_id", "username")
NAMESPACE = UUID("b3a6d2c0-9a0d-5c57-8a63-0f6a5f0c8d11")
ID_CHARACTERS = 12
FOLD_TIMEOUT_S = 1.0
FOLD_POLL_S = 0.01


async def register(request: Request) -> JSONResponse:
    context = context_of(request)
    body = await read_object(request, FIELDS)
    username = username_of(body)
    message_id = body.get("message_id")
    driver_id = driver_id_of(message_id) if isinstance(message_id, str) else ""
    message = checked({"type": "driver_register", "message_id": message_id, "driver_id": driver_id or "unknown"})
    # The name first: who is in the log has a name, also when this process dies in between.
    await run_in_threadpool(_write_name, context, driver_id, username)
    await context.log.append(message)
    name, created_at_ms = await _wait_for_fold(context, driver_id)
    return JSONResponse({"driver_id": driver_id, "username": name, "created_at": iso(created_at_ms)}, 201)


def driver_id_of(message_id: str) -> str:
    """The same request makes the same driver, however often it is made."""
    return f"drv_{uuid5(NAMESPACE, message_id).hex[:ID_CHARACTERS]}"


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


ROUTES = [Route("/v1/drivers", register, methods=["POST"])]
