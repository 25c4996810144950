"""Carrying out what an operator asks, for API and pages: who asks, why, and once for one key."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from wire.appenders import OPERATOR

from central.actions.asking import Operator
from central.actions.refusal import NotYet, Refusal
from central.actions.table import AT_SESSION, UNPARK, Action
from central.api.access import serves_point
from central.api.context import Context
from central.api.errors import ApiError, no_point
from central.api.keys import key_reused, request_id_of
from central.model.records import Message
from central.people.register import Person
from central.views.sessions import read_session
from central.views.words import find_word
from runtime.tokens import id_of

MOST_AT_ONCE = 8  # each waits in a thread for the worker, and threads are there for readers too
_acting = asyncio.Semaphore(MOST_AT_ONCE)


@dataclass(frozen=True)
class Outcome:
    """`is_done`: False where it is in the log and was not carried out yet; `detail` then says what to look at.

    `result`: what the action says of it.
    """

    request_id: str
    is_done: bool
    detail: str | None = None
    result: dict[str, Any] | None = None


async def carry_out(
    context: Context, person: Person, action: Action, key: str, fields: Mapping[str, Any], idempotency_key: str | None
) -> Outcome:
    """`key`: the charge point, session or parked key. `fields`: the action's, and `reason`; the caller has judged them.

    Raises ApiError.
    """
    await _check_served(context, person, action, key)
    reason = fields.get("reason")
    told = {name: value for name, value in fields.items() if name != "reason"}
    if idempotency_key is None:
        return await _carry_out(operator_of(context, person, reason, str(uuid4())), action, key, told)
    operator = operator_of(context, person, reason, request_id_of(person, idempotency_key))
    asked = (action.name, key, reason, *sorted(told.items()))
    with context.in_work.hold(operator.request_id, asked):
        if await _was_carried_out(context, operator, action, key, told):
            return Outcome(operator.request_id, True)
        outcome = await _carry_out(operator, action, key, told)
        await _was_carried_out(context, operator, action, key, told)
        return outcome


async def _check_served(context: Context, person: Person, action: Action, key: str) -> None:
    """Raises ApiError 404 where it is not at a site of this person's, as where there is no such thing."""
    if person.sites is None:
        return
    cp_id = await context.read(lambda connection: _point_of(connection, action, key))
    if cp_id is None or not await serves_point(context, person, cp_id):
        raise _not_there(action, key)


def _point_of(connection: Connection, action: Action, key: str) -> str | None:
    if action not in AT_SESSION.values():
        return key
    session = read_session(connection, key)
    return None if session is None else session["cp_id"]


def _not_there(action: Action, key: str) -> ApiError:
    if action == UNPARK:
        return ApiError(404, "nothing_parked", f"nothing of {key} is parked")
    if action in AT_SESSION.values():
        return ApiError(404, "unknown_session", f"there is no session {key}")
    return no_point(key)


def operator_of(context: Context, person: Person, reason: str | None, request_id: str) -> Operator:
    """Of a coroutine; its actions run in threads."""
    loop = asyncio.get_running_loop()

    def append(topic: str, message: Message) -> None:
        """Raises ApiError 503."""
        asyncio.run_coroutine_threadsafe(context.log.append(message, OPERATOR, topic), loop).result()

    return Operator(context.database, append, id_of(person.sha256), reason, request_id)


async def _carry_out(operator: Operator, action: Action, key: str, told: Mapping[str, Any]) -> Outcome:
    async with _acting:
        return await run_in_threadpool(_do, operator, action, key, told)


def _do(operator: Operator, action: Action, key: str, told: Mapping[str, Any]) -> Outcome:
    try:
        return Outcome(operator.request_id, True, result=action.do(operator, key, told))
    except NotYet as not_yet:
        return Outcome(operator.request_id, False, str(not_yet))
    except Refusal as refusal:
        raise ApiError(refusal.status, refusal.code, str(refusal), refusal.field) from refusal


async def _was_carried_out(
    context: Context, operator: Operator, action: Action, key: str, told: Mapping[str, Any]
) -> bool:
    """Raises ApiError 422 where what was carried out under this id was something else."""
    word = await context.read(lambda connection: find_word(connection, operator.request_id))
    if word is None:
        return False
    named = "session_id" if "session_id" in word.told else "cp_id"
    was = {"cp_id": word.cp_id, **word.told}
    if (word.action, word.reason) != (action.name, operator.reason) or was != {**was, named: key, **told}:
        raise key_reused()
    return True
