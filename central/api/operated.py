"""What operators do at charge points and sessions: a route for each row of the table of actions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from wire.ids import is_id
from wire.kinds.fields import may

from central.actions.table import AT_POINT, AT_SESSION, REASON, UNPARK, Action
from central.api.access import Endpoint, GuardedRoute, person_in
from central.api.acting import carry_out
from central.api.context import Context, context_of
from central.api.errors import ApiError
from central.api.keys import key_in
from central.api.told import NO_LOG, Told, body_of
from central.people.roles import SERVE
from central.views.overview import read_point
from central.views.sessions import read_session

_MAY_REASON = (may(REASON.name, REASON.sort, REASON.low, REASON.high),)
_IN_WORK = ((409, "changed_meanwhile"), (409, "in_work"), (422, "key_reused"), *NO_LOG)


@dataclass(frozen=True)
class Sort:
    """What something is done to: its path and its name there, how one looks at one, what there is to refuse."""

    path: str
    name: str
    shown_as: str
    answer: str
    unknown: str
    look: Callable[[Context, str], Awaitable[dict[str, Any] | None]]


async def look_at_point(context: Context, cp_id: str) -> dict[str, Any] | None:
    return await context.read(lambda connection: read_point(connection, context.currency, cp_id))


async def look_at_session(context: Context, session_id: str) -> dict[str, Any] | None:
    return await context.read(lambda connection: read_session(connection, session_id))


async def _nothing(context: Context, key: str) -> None:
    """Of a parked key nothing is shown but what the action says."""
    del context, key


POINT = Sort(
    "/v1/charge-points/{cp_id}", "cp_id", "charge_point", "PointActedOn", "unknown_charge_point", look_at_point
)
SESSION = Sort(
    "/v1/sessions/{session_id}", "session_id", "session", "SessionActedOn", "unknown_session", look_at_session
)
PARKED = Sort("/v1/parked/{key}", "key", "parked", "ParkedActedOn", "nothing_parked", _nothing)


def _endpoint(sort: Sort, action: Action, fields: tuple[Any, ...]) -> Endpoint:
    async def act(request: Request) -> JSONResponse:
        """200 once it is done; 202 where it is in the log and was not carried out yet."""
        body, key, context = await body_of(request, fields), request.path_params[sort.name], context_of(request)
        if not is_id(key):
            raise ApiError(404, sort.unknown, f"{sort.name}: there is no {key[:64]}")
        outcome = await carry_out(context, person_in(request), action, key, body, key_in(request))
        answer = {
            "request_id": outcome.request_id,
            "state": "done" if outcome.is_done else "logged",
            "detail": outcome.detail,
            sort.shown_as: await sort.look(context, key) if sort is not PARKED else outcome.result,
        }
        return JSONResponse(answer, 200 if outcome.is_done else 202)

    act.__name__ = action.name
    return act


def _route(sort: Sort, word: str, action: Action, *errors: tuple[int, str]) -> GuardedRoute:
    fields = (*action.fields, *((REASON,) if action.is_dangerous else _MAY_REASON))
    told = Told(
        f"{action.told[0].upper()}{action.told[1:]}.", sort.answer, fields, statuses=(200, 202),
        errors=((404, sort.unknown), *errors, *_IN_WORK), takes_key=sort is not PARKED,
    )  # fmt: skip
    return GuardedRoute("POST", f"{sort.path}/{word}", _endpoint(sort, action, fields), SERVE, told)


# What an action may refuse beside what all do.
_ERRORS: dict[str, tuple[tuple[int, str], ...]] = {
    "limit": ((409, "above_rated"),),
    "clear_fault": ((409, "unknown_fault"),),
    "keep": ((409, "not_replaceable"),),
    "end_session": ((409, "session_ended"),),
    "accept_held": ((409, "nothing_held"),),
    "drop_held": ((409, "nothing_held"),),
    "key_unparked": ((409, "still_parked"),),
}

ROUTES = [
    *(_route(POINT, word, action, *_ERRORS.get(action.name, ())) for word, action in AT_POINT.items()),
    *(_route(SESSION, word, action, *_ERRORS.get(action.name, ())) for word, action in AT_SESSION.items()),
    _route(PARKED, "unpark", UNPARK, *_ERRORS[UNPARK.name]),
]
