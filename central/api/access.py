"""Which right each route needs, and who asks. Every route is made here, so that none is without."""

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from central.api.context import Context, context_of, now_ms
from central.api.errors import ApiError, no_driver
from central.api.told import Told
from central.people.register import Person, person_of
from central.people.roles import RIGHTS, SEE_ALL
from central.views.sites import site_of
from runtime.tokens import TOKEN_RULE, is_token, sha256_of

Endpoint = Callable[[Request], Awaitable[Response]]
_SCHEME = "bearer"
CHALLENGE = {"WWW-Authenticate": "Bearer"}  # RFC 9110 wants it with each 401


class GuardedRoute(Route):
    """`right`: what it needs (central/people/roles.py); None: anybody may ask. `told`: what is said of it."""

    def __init__(
        self, method: str, path: str, endpoint: Endpoint, right: str | None, told: Told | None = None
    ) -> None:
        self.right = right
        self.told = told

        async def asked(request: Request) -> Response:
            if right is not None:
                request.state.person = await _signed_in(request, right)
            return await endpoint(request)

        super().__init__(path, asked, methods=[method], name=endpoint.__name__)


def person_in(request: Request) -> Person:
    """Who asks, at a route that needs a right."""
    return request.state.person


def driver_asked_for(person: Person, named: str | None) -> str:
    """The driver whose charges are asked for: one's own, or the one that the request names. Raises ApiError 404 where
    that is somebody else and not this person's business: it tells no more than of a driver who does not exist.
    """
    own = person.driver_id
    if named is None or named == own:
        if own is None:
            raise ApiError(400, "missing_field", "driver_id: the request must name the driver", "driver_id")
        return own
    if not person.may(SEE_ALL):
        raise no_driver(named)
    return named


async def serves_point(context: Context, person: Person, cp_id: str) -> bool:
    """Whether what is at this charge point is this person's business. In a list, `views.sites.at_sites` tells."""
    return person.sites is None or person.serves(await context.read(lambda connection: site_of(connection, cp_id)))


def token_in(request: Request) -> str:
    """Raises ApiError 401."""
    given = request.headers.getlist("authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if not given:
        text = "this needs a token: Authorization: Bearer wl_...; sign in to get one"
        raise ApiError(401, "no_token", text, "Authorization", headers=CHALLENGE)
    if scheme.lower() != _SCHEME or not is_token(token):
        text = f"expected one header Authorization: Bearer TOKEN; a token is {TOKEN_RULE}"
        raise ApiError(401, "bad_token", text, "Authorization", headers=CHALLENGE)
    return token


async def person_with(context: Context, token: str) -> Person | None:
    """Who shows this token; None where it is unknown, revoked or expired."""
    sha256 = sha256_of(token)

    def find() -> Person | None:
        with context.people.reader.connect() as connection:
            return person_of(connection, sha256, now_ms())

    return await run_in_threadpool(find)


def check_right(person: Person, right: str) -> None:
    """Raises ApiError 403."""
    if not person.may(right):
        raise ApiError(403, "not_allowed", f"a token of {person.role}, scope {person.scope}, may not {RIGHTS[right]}")


async def _signed_in(request: Request, right: str) -> Person:
    person = await person_with(context_of(request), token_in(request))
    if person is None:
        text = "this token is unknown, revoked or expired; sign in again"
        raise ApiError(401, "bad_token", text, "Authorization", headers=CHALLENGE)
    check_right(person, right)
    return person
