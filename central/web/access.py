"""Who sees which page. Every page's route is made here: none is without a right, and none is posted to from elsewhere.

The cookie comes along with whatever a browser sends here, also what a foreign page makes it send. So a page that is
only looked at changes nothing, and one that is posted to wants to hear from the browser that its own page sent it.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from central.api.access import check_right, person_with
from central.api.context import context_of
from central.api.errors import ApiError, bad_field
from central.api.guard import read_body
from central.people.register import Person
from central.web.cookies import session_in
from central.web.errors import answer_with_page
from central.web.pages import viewer_of
from runtime.tokens import is_token

Endpoint = Callable[[Request], Awaitable[Response]]
SIGN_IN = "/sign-in"
SEE_OTHER = 303
FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 32


class PageRoute(Route):
    """`right`: what it needs (central/people/roles.py); None: anybody may look."""

    def __init__(self, method: str, path: str, endpoint: Endpoint, right: str | None) -> None:
        self.right = right

        async def asked(request: Request) -> Response:
            request.state.viewer = None
            try:
                request.state.viewer = await _viewer(request)
                if method != "GET":
                    _check_own_page(request)
                if right is not None:
                    check_right(person_at(request), right)
                return await endpoint(request)
            except NotSignedIn:
                return to_sign_in(request)
            except ApiError as error:
                return answer_with_page(request, error)

        super().__init__(path, asked, methods=[method], name=endpoint.__name__)


class NotSignedIn(Exception):
    """The page is somebody's, and nobody has signed in."""


def person_at(request: Request) -> Person:
    """Who looks, where somebody must. Raises NotSignedIn, which asks him to."""
    viewer = viewer_of(request)
    if viewer is None:
        raise NotSignedIn
    return viewer


def to_sign_in(request: Request) -> Response:
    """And back here afterwards, where this page was only looked at."""
    here = request.url.path if request.method == "GET" else "/"
    return see_other(f"{SIGN_IN}?next={quote(here)}")


def see_other(path: str) -> Response:
    """What was posted is done; the browser looks at this page now, and a reload posts nothing."""
    return RedirectResponse(path, SEE_OTHER)


def own_path(text: str | None) -> str:
    """Of a page of this server, which a link or a form names; `/` where it is none, such as another site's."""
    parts = urlsplit(text or "/")
    is_own = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("//")
    return parts.path if is_own and "\\" not in parts.path else "/"


async def read_form(request: Request, *fields: str) -> dict[str, str]:
    """What a form of ours sent, stripped; empty fields are left out. Raises ApiError."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise ApiError(415, "not_a_form", f"expected Content-Type: {FORM}", "Content-Type")
    body = await read_body(request)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise ApiError(400, "bad_form", f"the form cannot be read: {error}") from error
    sent = {name: value.strip() for name, value in pairs}
    unknown = next((name for name in sent if name not in fields), None)
    if unknown is not None:
        raise bad_field(unknown[:64], f"expected only {', '.join(fields)}")
    return {name: value for name, value in sent.items() if value}


async def _viewer(request: Request) -> Person | None:
    token = session_in(request)
    return await person_with(context_of(request), token) if token is not None and is_token(token) else None


def _check_own_page(request: Request) -> None:
    """Raises ApiError 403. The guard has refused foreign origins already; here one must be told.

    Every browser since 2020 sends Origin with a post; Sec-Fetch-Site says the same where one leaves it out.
    """
    told = request.headers.get("origin") is not None or request.headers.get("sec-fetch-site") == "same-origin"
    if not told:
        raise ApiError(403, "foreign_origin", "the browser does not say that a page of this site sent this", "Origin")
