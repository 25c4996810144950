"""Making and changing sites, and putting charge points on them: for those who manage them, as at the command line."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from wire.ids import is_id
from wire.kinds.fields import must, must_id
from wire.kinds.log import KINDS

from central.actions import sites
from central.actions.asking import Operator
from central.actions.table import Action, Fields
from central.api.access import Endpoint, GuardedRoute, person_in
from central.api.acting import Outcome, carry_out
from central.api.context import context_of
from central.api.errors import ApiError, no_point
from central.api.told import NO_LOG, Told, body_of
from central.people.roles import MANAGE_SITES

_OF_REQUEST = {each.name: each for each in KINDS["site_request"].fields}
FACTS = tuple(_OF_REQUEST[name] for name in ("name", "address", "time_zone", "guests"))
REASON = (_OF_REQUEST["reason"],)
SITE = (must_id("site_id"),)
NEW_SITE = (*SITE, *(must(it.name, it.sort, it.low, it.high) if it.name in sites.NEEDED else it for it in FACTS))
_SOMETHING = {
    "anyOf": [{"required": [it.name], "properties": {it.name: {"not": {"type": "null"}}}} for it in FACTS]
}
_ERRORS = ((404, "unknown_site"), (409, "changed_meanwhile"), *NO_LOG)


def _take(operator: Operator, cp_id: str, fields: Fields) -> None:
    del fields
    sites.take(operator, cp_id)


def _remove(operator: Operator, site_id: str, fields: Fields) -> None:
    del fields
    sites.remove_site(operator, site_id)


ADD = Action("site_add", "make a site; name and time_zone are needed", sites.add_site, NEW_SITE)
CHANGE = Action("site_set", "change what is named of a site; the rest stays", sites.change_site, FACTS)
REMOVE = Action("site_remove", "remove a site on which no charge point is any more", _remove)
PUT = Action("site_put", "put it on a site, from now on", lambda it, cp_id, told: sites.put(it, cp_id, **told), SITE)
TAKE = Action("site_take", "take it off its site, from now on", _take)


async def add(request: Request) -> JSONResponse:
    body = await body_of(request, (*ADD.fields, *REASON))
    site_id = body.pop("site_id")
    return _answer(await carry_out(context_of(request), person_in(request), ADD, site_id, body, None), 201)


def _at_site(action: Action) -> Endpoint:
    async def act(request: Request) -> JSONResponse:
        body, site_id = await body_of(request, (*action.fields, *REASON)), request.path_params["site_id"]
        if not is_id(site_id):
            raise ApiError(404, "unknown_site", f"there is no site {site_id[:64]}")
        return _answer(await carry_out(context_of(request), person_in(request), action, site_id, body, None))

    act.__name__ = action.name
    return act


def _at_point(action: Action) -> Endpoint:
    async def act(request: Request) -> JSONResponse:
        body, cp_id = await body_of(request, (*action.fields, *REASON)), request.path_params["cp_id"]
        if not is_id(cp_id):
            raise no_point(cp_id)
        return _answer(await carry_out(context_of(request), person_in(request), action, cp_id, body, None))

    act.__name__ = action.name
    return act


def _answer(outcome: Outcome, status: int = 200) -> JSONResponse:
    """202 where it is in the log and was not carried out yet."""
    state = "done" if outcome.is_done else "logged"
    answer: dict[str, Any] = {"request_id": outcome.request_id, "state": state, "detail": outcome.detail}
    return JSONResponse({**answer, "site": outcome.result}, status if outcome.is_done else 202)


def _told(action: Action, *errors: tuple[int, str], status: int = 200) -> Told:
    return Told(
        f"{action.told[0].upper()}{action.told[1:]}.", "SiteActedOn", (*action.fields, *REASON),
        statuses=(status, 202), errors=(*errors, *_ERRORS), more_of_body=_SOMETHING if action is CHANGE else {},
    )  # fmt: skip


_POINT_ERROR = (404, "unknown_charge_point")
ROUTES = [
    GuardedRoute("POST", "/v1/sites", add, MANAGE_SITES, _told(ADD, (409, "site_taken"), status=201)),
    GuardedRoute("POST", "/v1/sites/{site_id}/change", _at_site(CHANGE), MANAGE_SITES, _told(CHANGE)),
    GuardedRoute(
        "POST", "/v1/sites/{site_id}/remove", _at_site(REMOVE), MANAGE_SITES, _told(REMOVE, (409, "site_in_use"))
    ),
    GuardedRoute("POST", "/v1/charge-points/{cp_id}/site", _at_point(PUT), MANAGE_SITES, _told(PUT, _POINT_ERROR)),
    GuardedRoute(
        "POST", "/v1/charge-points/{cp_id}/off-site", _at_point(TAKE), MANAGE_SITES,
        _told(TAKE, _POINT_ERROR, (409, "on_no_site")),
    ),
]
