"""Signing in and out, and the first page: where somebody goes depends on what he does here."""

from starlette.requests import Request
from starlette.responses import Response

from central.api.context import context_of
from central.api.errors import ApiError, bad_field
from central.api.sign_in import TOKEN_MS, address_of, revoke_token, token_for
from central.people.roles import DRIVER, SEE_OWN
from central.web.access import SIGN_IN, PageRoute, own_path, person_at, read_form, see_other
from central.web.cookies import drop_session, keep_choice, keep_session
from central.web.languages import COOKIE, LANGUAGES
from central.web.pages import page, pages_of, viewer_of

LABEL = "web"
TOKEN_S = TOKEN_MS // 1_000


async def home(request: Request) -> Response:
    viewer = viewer_of(request)
    if viewer is None:
        return page(request, "home.html")
    return see_other("/me" if viewer.role == DRIVER else "/ops")


async def ask(request: Request) -> Response:
    return _form(request, 200, own_path(request.query_params.get("next")))


async def sign_in(request: Request) -> Response:
    form = await read_form(request, "name", "password", "next")
    name, password, there = form.get("name", ""), form.get("password", ""), own_path(form.get("next"))
    if not (name and password):
        return _form(request, 400, there, name, bad_field("name", "name and password are both needed"))
    try:
        token, _ = await token_for(context_of(request), address_of(request), name, password, LABEL)
    except ApiError as error:
        return _form(request, error.status, there, name, error)
    answer = see_other(there)
    keep_session(request, answer, token, TOKEN_S)
    return answer


def _form(request: Request, status: int, there: str, name: str = "", problem: ApiError | None = None) -> Response:
    has_issuer = pages_of(request).oidc is not None
    return page(request, "sign_in.html", status, next=there, name=name, problem=problem, has_issuer=has_issuer)


async def sign_out(request: Request) -> Response:
    await revoke_token(context_of(request), person_at(request).sha256)
    answer = see_other(SIGN_IN)
    drop_session(request, answer)
    return answer


async def choose_language(request: Request) -> Response:
    form = await read_form(request, "language", "next")
    language = form.get("language")
    if language not in LANGUAGES:
        raise bad_field("language", f"expected one of {', '.join(LANGUAGES)}")
    answer = see_other(own_path(form.get("next")))
    keep_choice(request, answer, COOKIE, language)
    return answer


ROUTES = [
    PageRoute("GET", "/", home, None),
    PageRoute("GET", SIGN_IN, ask, None),
    PageRoute("POST", SIGN_IN, sign_in, None),
    PageRoute("POST", "/sign-out", sign_out, SEE_OWN),
    PageRoute("POST", "/language", choose_language, None),
]
