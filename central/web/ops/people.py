"""`/ops/people`: who operates this system, at which sites, and by which tokens. An admin adds, changes and revokes."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from wire.ids import ID_RULE, is_id

from central.actions import people
from central.actions.refusal import Refusal
from central.api.context import context_of
from central.api.errors import ApiError, bad_field
from central.api.paging import place_of
from central.api.people import MAX_DAYS, MAX_LABEL
from central.api.sign_in import hashing
from central.api.told import MOST_DIGITS, query_of
from central.people.roles import ADMIN, ALL, AUDITOR, MANAGE_PEOPLE, OF_SITES, OPERATOR, SCOPES
from central.people.sites import Sites
from central.store.paging import cursor_of
from central.views.sites import read_sites
from central.web.access import PageRoute, read_form, see_other
from central.web.ops.frame import ops_page
from central.web.ops.lists import PAGING
from central.web.ops.words import ROLE_WORDS, SCOPE_WORDS, TOKEN_STATES

PATH = "/ops/people"
TOKENS_ON_A_PAGE = 50
ROLES = (OPERATOR, AUDITOR, ADMIN)
SITES_FIELD = "sites"


async def show(request: Request) -> Response:
    return await _page(request, {}, None)


async def add(request: Request) -> Response:
    form = await read_form(request, "name", "role", "password", SITES_FIELD)
    name, role, password = form.get("name", ""), form.get("role", ""), form.get("password", "")
    try:
        if not is_id(name):
            raise bad_field("name", f"expected {ID_RULE}")
        if role not in ROLES:
            raise bad_field("role", f"expected one of {', '.join(ROLES)}")
        sites = await _sites(request, role, form.get(SITES_FIELD))
        async with hashing:
            await _do(people.add_user, context_of(request).people, name, role, password, sites)
    except ApiError as error:
        return await _page(request, {"form": "add", **form}, error)
    return see_other(PATH)


async def change_password(request: Request) -> Response:
    form = await read_form(request, "name", "password")
    try:
        async with hashing:
            await _do(people.set_password, context_of(request).people, form.get("name", ""), form.get("password", ""))
    except ApiError as error:
        return await _page(request, {"form": "password", **form}, error)
    return see_other(PATH)


async def add_token(request: Request) -> Response:
    """The new token stands on the page that answers, and nowhere else: so nothing leads elsewhere from here. Pressed
    twice it makes two, and the one that nobody saw is revoked below.
    """
    form, context = await read_form(request, "of", "label", "scope", "days"), context_of(request)
    try:
        label, scope, days = form.get("label", ""), form.get("scope", ALL), _days(form.get("days"))
        if len(label) > MAX_LABEL:
            raise bad_field("label", f"expected at most {MAX_LABEL} characters")
        if scope not in SCOPES:
            raise bad_field("scope", f"expected one of {', '.join(SCOPES)}")
        name = form.get("of", "")
        users = await run_in_threadpool(people.list_users, context.people)
        role = next((each["role"] for each in users if each["name"] == name), None)
        if role is None:
            raise ApiError(404, "unknown_person", f"nobody is called {name[:64]}", "of")
        made = await _do(people.add_token, context.people, name, role, scope, label, days)
    except ApiError as error:
        return await _page(request, {"form": "token", **form}, error)
    return await _page(request, {}, None, made)


def _days(text: str | None) -> int | None:
    """Raises ApiError."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and 1 <= int(text) <= MAX_DAYS):
        raise bad_field("days", f"expected 1 to {MAX_DAYS}, or nothing")
    return int(text)


async def revoke(request: Request) -> Response:
    form = await read_form(request, "token_id")
    try:
        await _do(people.revoke_token, context_of(request).people, form.get("token_id", ""))
    except ApiError as error:
        return await _page(request, {"form": "revoke", **form}, error)
    return see_other(PATH)


async def _do(action: Any, *arguments: object) -> Any:
    """What the action answers. Raises ApiError."""
    try:
        return await run_in_threadpool(action, *arguments)
    except Refusal as refusal:
        raise ApiError(refusal.status, refusal.code, str(refusal), refusal.field) from refusal


async def _sites(request: Request, role: str, text: str | None) -> Sites:
    """The sites that are named, behind one another; None, where none is: all. Raises ApiError."""
    if text is None:
        return None
    if role not in OF_SITES:
        raise bad_field(SITES_FIELD, f"expected none: {role} serves all")
    named = frozenset(text.replace(",", " ").split())
    known = {each["site_id"] for each in await context_of(request).read(read_sites)}
    if not named or not named <= known:
        wrong = min(named - known, default="of that name")
        raise bad_field(SITES_FIELD, f"there is no site {wrong[:64]}; there are: {', '.join(sorted(known)) or 'none'}")
    return named


async def _page(
    request: Request, sent: dict[str, str], problem: ApiError | None, made: dict[str, Any] | None = None
) -> Response:  # fmt: skip
    """`made`: a token that is shown this once."""
    context = context_of(request)
    asked = query_of(request, PAGING)
    after = place_of(PATH, (int, str), asked)
    users = await run_in_threadpool(people.list_users, context.people)
    tokens = await run_in_threadpool(people.list_tokens, context.people, TOKENS_ON_A_PAGE, None, after)
    sites = await context.read(read_sites)
    cursor = cursor_of(PATH, tokens.after)
    return ops_page(
        request, "ops/people.html", 200 if problem is None else problem.status, users=users, tokens=tokens.rows,
        sites=sites, sent={"form": "", "role": "", **sent}, problem=problem, made=made, scopes=SCOPE_WORDS,
        most_label=MAX_LABEL, roles=ROLES, role_words=ROLE_WORDS,
        token_states=TOKEN_STATES,
        is_first=after is None, next_page=None if cursor is None else f"?cursor={cursor}",
    )  # fmt: skip


ROUTES = [
    PageRoute("GET", PATH, show, MANAGE_PEOPLE),
    PageRoute("POST", f"{PATH}/add", add, MANAGE_PEOPLE),
    PageRoute("POST", f"{PATH}/password", change_password, MANAGE_PEOPLE),
    PageRoute("POST", f"{PATH}/token", add_token, MANAGE_PEOPLE),
    PageRoute("POST", f"{PATH}/revoke", revoke, MANAGE_PEOPLE),
]
