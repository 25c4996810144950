"""What is done from the pages: each act has a page of its own, which says what will happen, and to whom; posting it
does it, once, however often it is posted.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from wire.check import check_field
from wire.ids import is_id

from central.actions.table import REASON
from central.api.acting import carry_out
from central.api.context import context_of
from central.api.errors import ApiError, bad_field, no_point
from central.api.fields import decimal_price
from central.people.roles import SERVE
from central.store import parked
from central.views.sessions import read_session
from central.web.access import Endpoint, PageRoute, person_at, read_form, see_other
from central.web.ops.acts import POINT_ACTS, SESSION_ACTS, UNPARK_ACT, Act
from central.web.ops.eyes import eyes_of
from central.web.ops.facts import PostFacts, read_posts
from central.web.ops.frame import ops_page
from central.web.ops.problems import Charge

DONE, LOGGED = "done", "logged"
MESSAGE_ID, REASON_FIELD = "message_id", REASON.name


@dataclass(frozen=True)
class Target:
    """What an act is done to. `key`: as its action wants it. `back`: the page that says what came of it.

    `post`: None for what is parked and is no charge point's.
    """

    key: str
    back: str
    post: PostFacts | None = None
    charge: Charge | None = None
    held_wh: int = 0


Find = Callable[[Request], Awaitable[Target]]


async def find_post(request: Request) -> Target:
    """Raises ApiError 404 where it is not this person's to see."""
    cp_id: str = request.path_params["cp_id"]
    post = await _post(request, cp_id)
    if post is None:
        raise no_point(cp_id)
    charges = post.post.charges
    return Target(cp_id, f"/ops/posts/{cp_id}", post, charges[0] if charges else None)


async def find_session(request: Request) -> Target:
    """Raises ApiError 404."""
    session_id: str = request.path_params["session_id"]
    context = context_of(request)
    found = await context.read(lambda it: read_session(it, session_id)) if is_id(session_id) else None
    post = None if found is None else await _post(request, found["cp_id"])
    if found is None or post is None:
        raise ApiError(404, "unknown_session", f"there is no session {session_id[:64]}")
    name = found["driver_name"] or found["driver_id"]
    charge = Charge(session_id, name, found["state"], 0, found["energy_wh"])
    return Target(session_id, f"/ops/posts/{found['cp_id']}", post, charge, found["held_wh"])


async def find_parked(request: Request) -> Target:
    """Raises ApiError 404."""
    key: str = request.path_params["key"]
    keys = {each.key for each in await context_of(request).read(parked.list_keys)}
    sites = eyes_of(person_at(request)).sites
    if key not in keys or (sites is not None and await _post(request, key) is None):
        raise ApiError(404, "nothing_parked", f"nothing of {key[:64]} is put aside")
    return Target(key, "/ops/parked")


async def _post(request: Request, cp_id: str) -> PostFacts | None:
    sites = eyes_of(person_at(request)).sites
    found = await context_of(request).read(lambda it: read_posts(it, sites, cp_id)) if is_id(cp_id) else []
    return found[0] if found else None


def _endpoints(act: Act, find: Find) -> tuple[Endpoint, Endpoint]:
    """The page that asks, and what happens when it is posted."""
    wanted = tuple(each.name for each in act.action.fields)

    async def ask(request: Request) -> Response:
        return _form(request, act, await find(request), {MESSAGE_ID: str(uuid4())}, None)

    async def do(request: Request) -> Response:
        target: Target = await find(request)
        sent = await read_form(request, MESSAGE_ID, REASON_FIELD, *wanted)
        try:
            fields = _judged(act, sent)
            message_id = sent.get(MESSAGE_ID, "")
            if not is_id(message_id):
                raise bad_field(MESSAGE_ID, "the form has lost its id; open the page anew")
            done = await carry_out(context_of(request), person_at(request), act.action, target.key, fields, message_id)
        except ApiError as error:
            return _form(request, act, target, sent, error)
        if act.action.name == "remove":
            return see_other("/ops")
        if target.post is None:
            return see_other(f"{target.back}?freed={DONE if done.is_done else LOGGED}")
        return see_other(f"{target.back}?asked={done.request_id}")

    return ask, do


def _judged(act: Act, sent: Mapping[str, str]) -> dict[str, Any]:
    """The act's fields and the reason. Raises ApiError where one is missing or wrong."""
    fields = {each.name: sent[each.name] for each in act.action.fields if each.name in sent}
    told: dict[str, Any] = {name: READ[name](text) if name in READ else text for name, text in fields.items()}
    if REASON_FIELD in sent:
        told[REASON_FIELD] = sent[REASON_FIELD]
    told = decimal_price(told)
    for each in (*act.action.fields, *((REASON,) if act.action.is_dangerous else ())):
        wrong = check_field(told, each)
        if wrong is not None:
            raise ApiError(400, wrong[0], f"{each.name}: {wrong[1]}", each.name)
    return told


def _amperes(text: str) -> int:
    """In mA. Raises ApiError."""
    try:
        return int(Decimal(text.replace(",", ".")) * 1_000)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise bad_field("limit_ma", "expected a number of amperes, such as 10 or 13.5") from error


def _with_point(text: str) -> str:
    return text.replace(",", ".")


# How a form's text is read; all else is text as it is.
READ: Mapping[str, Callable[[str], object]] = {"limit_ma": _amperes, "price_per_kwh": _with_point}


def _form(
    request: Request, act: Act, target: Target, sent: Mapping[str, str], problem: ApiError | None
) -> Response:  # fmt: skip
    """What was typed stays. The id too, so that it is done once, unless it stands for something else already."""
    values = {MESSAGE_ID: str(uuid4()), **sent}
    if problem is not None and problem.code == "key_reused":
        values[MESSAGE_ID] = str(uuid4())
    return ops_page(
        request, "ops/ask.html", 200 if problem is None else problem.status, act=act, target=target, sent=values,
        problem=problem, fields={each.name for each in act.action.fields}, reason_rule=REASON,
    )  # fmt: skip


def _routes(path: str, act: Act, find: Find) -> list[PageRoute]:
    ask, do = _endpoints(act, find)
    return [PageRoute("GET", path, ask, SERVE), PageRoute("POST", path, do, SERVE)]


ROUTES = [
    *(each for word, act in POINT_ACTS.items() for each in _routes(f"/ops/posts/{{cp_id}}/{word}", act, find_post)),
    *(
        each for word, act in SESSION_ACTS.items()
        for each in _routes(f"/ops/sessions/{{session_id}}/{word}", act, find_session)
    ),
    *_routes("/ops/parked/{key}/unpark", UNPARK_ACT, find_parked),
]  # fmt: skip
