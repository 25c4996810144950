"""Who somebody is here, by what an issuer says of him.

A verified e-mail address that is the name of an operator, auditor or admin is that person. Everybody else is a driver,
always the same one, whose id follows from issuer and subject.
"""

import json
from typing import Any
from uuid import UUID, uuid5

from starlette.concurrency import run_in_threadpool

from central.api.context import Context, now_ms
from central.api.drivers import driver_id_of, register_driver
from central.api.errors import ApiError
from central.api.sign_in import TOKEN_MS
from central.model.names import is_name
from central.people.register import Known, add_token, known_as
from central.people.roles import DRIVER
from runtime.tokens import new_token, sha256_of

LABEL = "signed in by the issuer"
NAMELESS = "Driver"
MOST_LIVES = 100  # of one who was erased, and came back
_NAMESPACE = UUID("5b8a3c5e-9f0e-5d0e-8d0a-0d9f6a1c7e42")


async def token_for(context: Context, issuer: str, claims: dict[str, Any]) -> str:
    """A new one, of the person that these claims are about. Raises ApiError."""
    token, address = new_token(), claims.get("email")
    if isinstance(address, str) and claims.get("email_verified") is True:
        staff = await _known(context, address)
        if staff is not None and staff.role != DRIVER and not staff.is_erased:
            await _give(context, address, token)
            return token
    for life in range(MOST_LIVES):
        message_id = str(uuid5(_NAMESPACE, json.dumps([issuer, claims["sub"], life])))
        driver_id = driver_id_of(message_id)
        driver = await _known(context, driver_id)
        if driver is None:
            await register_driver(context, message_id, _name(claims), token)
            return token
        if not driver.is_erased:
            await _give(context, driver_id, token)
            return token
    raise ApiError(401, "issuer_refused", "this account was erased too often")


def _name(claims: dict[str, Any]) -> str:
    wanted = (claims.get(each) for each in ("name", "preferred_username", "email"))
    return next((each.strip() for each in wanted if isinstance(each, str) and is_name(each)), NAMELESS)


async def _known(context: Context, person_id: str) -> Known | None:
    def find() -> Known | None:
        with context.people.reader.connect() as connection:
            return known_as(connection, person_id)

    return await run_in_threadpool(find)


async def _give(context: Context, person_id: str, token: str) -> None:
    def write() -> None:
        now = now_ms()
        with context.people.writer.begin() as connection:
            add_token(connection, person_id, sha256_of(token), now, LABEL, expires_at_ms=now + TOKEN_MS)

    await run_in_threadpool(write)
