"""The cookie by which a browser shows who sits at it: a token like any other, which no script can read.

HttpOnly and SameSite=Lax always. Where people come by https it is Secure and its name begins with `__Host-`, which a
browser lets nobody else set for this name (RFC 6265bis, 4.1.3.2), and the plain one is not looked at.
"""

from starlette.requests import Request
from starlette.responses import Response

from central.web.pages import pages_of

NAME = "wattline"
HOST_NAME = f"__Host-{NAME}"
YEAR_S = 365 * 86_400


def session_in(request: Request) -> str | None:
    """The token; None where there is none."""
    return request.cookies.get(_name(request))


def keep_session(request: Request, response: Response, token: str, age_s: int) -> None:
    keep_for(request, response, _name(request), token, age_s)


def drop_session(request: Request, response: Response) -> None:
    drop(request, response, _name(request))


def drop(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=_is_secure(request), httponly=True, samesite="lax")


def keep_choice(request: Request, response: Response, name: str, value: str) -> None:
    """What somebody prefers, for a year."""
    keep_for(request, response, name, value, YEAR_S)


def keep_for(request: Request, response: Response, name: str, value: str, age_s: int) -> None:
    response.set_cookie(name, value, age_s, path="/", secure=_is_secure(request), httponly=True, samesite="lax")


def _name(request: Request) -> str:
    return HOST_NAME if _is_secure(request) else NAME


def _is_secure(request: Request) -> bool:
    """Whether the browser came by https: a reverse proxy took that away, so PUBLIC_URL tells."""
    public = pages_of(request).public
    if public is None or public.scheme != "https":
        return False
    return request.headers.get("host", "").lower() in {public.host, f"{public.host}:{public.port}"}
