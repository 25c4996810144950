"""Signing in by an OpenID Connect issuer's word: the code flow with PKCE (OpenID Connect Core 1.0, 3.1; RFC 7636).

What the browser must bring back lies in a cookie of its own for a few minutes, so that nobody is signed in by a link
that somebody else began.
"""

import json
import logging
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from central.api.context import context_of
from central.api.errors import ApiError
from central.api.sign_in import TOKEN_MS
from central.web.access import PageRoute, own_path, see_other
from central.web.cookies import drop, keep_for, keep_session
from central.web.issued_person import token_for
from central.web.issuer import BACK, Oidc
from central.web.pages import pages_of

START = "/sign-in/oidc"
COOKIE = "oidc"
COOKIE_S = 600
_BROUGHT_BACK = ("state", "nonce", "code_verifier")

logger = logging.getLogger(__name__)


async def start(request: Request) -> Response:
    from httpx2 import HTTPError  # as issuer.py has it

    oidc = _configured(request)
    try:
        asked = await oidc.client.create_authorization_url(oidc.back)
    except (HTTPError, ValueError, KeyError, RuntimeError) as error:
        raise _away(error) from error
    answer = RedirectResponse(asked["url"], 302)
    kept = {name: asked[name] for name in _BROUGHT_BACK} | {"next": own_path(request.query_params.get("next"))}
    keep_for(request, answer, COOKIE, json.dumps(kept), COOKIE_S)
    return answer


async def come_back(request: Request) -> Response:
    oidc, kept, told = _configured(request), _kept(request), request.query_params
    if "code" not in told:
        raise ApiError(401, "issuer_refused", f"{oidc.issuer} did not sign you in: {told.get('error', 'unknown')[:64]}")
    if not kept or told.get("state") != kept["state"]:
        raise ApiError(400, "sign_in_again", "this sign-in was not begun in this browser, or too long ago")
    claims = await _claims(oidc, told["code"], kept)
    token = await token_for(context_of(request), oidc.issuer, claims)
    answer = see_other(own_path(kept["next"]))
    keep_session(request, answer, token, TOKEN_MS // 1_000)
    drop(request, answer, COOKIE)
    return answer


async def _claims(oidc: Oidc, code: str, kept: dict[str, str]) -> dict[str, Any]:
    """What the issuer says of whoever came back, once its signature, its audience and the nonce are right."""
    from authlib.common.errors import AuthlibBaseError  # as issuer.py has it
    from httpx2 import HTTPError
    from joserfc.errors import JoseError

    try:
        token = await oidc.client.fetch_access_token(
            code=code, redirect_uri=oidc.back, code_verifier=kept["code_verifier"]
        )
        claims = await oidc.client.parse_id_token(token, kept["nonce"])
    except (AuthlibBaseError, JoseError) as error:
        logger.warning("the issuer's word does not hold: %s", error)
        raise ApiError(401, "issuer_refused", f"what {oidc.issuer} says does not hold; sign in again") from error
    except (HTTPError, ValueError, KeyError, RuntimeError) as error:
        raise _away(error) from error
    if claims is None or not claims.get("sub"):
        raise ApiError(401, "issuer_refused", f"{oidc.issuer} does not say who you are; sign in again")
    return dict(claims)


def _configured(request: Request) -> Oidc:
    oidc = pages_of(request).oidc
    if oidc is None:
        raise ApiError(404, "not_found", "nobody else signs people in here: OIDC_ISSUER is not set")
    return oidc


def _kept(request: Request) -> dict[str, str]:
    """What this browser brought back; empty where that is not all of it."""
    try:
        kept: Any = json.loads(request.cookies.get(COOKIE, ""))
        return {name: str(kept[name]) for name in (*_BROUGHT_BACK, "next")}
    except (ValueError, KeyError, TypeError):
        return {}


def _away(error: Exception) -> ApiError:
    logger.warning("the issuer cannot be asked: %s", error)
    return ApiError(503, "issuer_away", "the sign-in service does not answer; try again", retry=True)


ROUTES = [PageRoute("GET", START, start, None), PageRoute("GET", BACK, come_back, None)]
