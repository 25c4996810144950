"""What is answered instead of what was asked: problem details (RFC 9457), with `code` and `field` beside them."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from central.api.codes import TITLES
from central.store.database import is_transient, reason_of

RETRY_AFTER_S = 2
PROBLEM_TYPE = "application/problem+json"
_CODES = {404: "not_found", 405: "method_not_allowed"}

logger = logging.getLogger(__name__)


class ApiError(Exception):
    """`field`: the body's or query's field that was wrong, or None."""

    def __init__(
        self, status: int, code: str, message: str, field: str | None = None, retry: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = dict(headers or {})
        if retry:
            self.headers["Retry-After"] = str(RETRY_AFTER_S)

    def response(self) -> JSONResponse:
        body = {
            "type": f"urn:wattline:problem:{self.code}",
            "title": TITLES.get((self.status, self.code)) or HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.message,
            "code": self.code,
            "field": self.field,
        }
        return JSONResponse(body, self.status, self.headers, PROBLEM_TYPE)


def bad_field(field: str, message: str) -> ApiError:
    return ApiError(400, "bad_field", f"{field}: {message}", field)


def no_driver(driver_id: str) -> ApiError:
    return ApiError(404, "unknown_driver", f"there is no driver {driver_id[:64]} of yours", "driver_id")


def no_point(cp_id: str) -> ApiError:
    return ApiError(404, "unknown_charge_point", f"there is no charge point {cp_id[:64]}")


def no_charge(message_id: str) -> ApiError:
    return ApiError(404, "unknown_charge", f"there is no charge {message_id} of this driver")


async def answer_api_error(request: Request, error: Exception) -> JSONResponse:
    del request
    assert isinstance(error, ApiError)
    return error.response()


async def answer_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "refused")
    message = f"{request.method} {request.url.path}: {error.detail}"
    response = ApiError(error.status_code, code, message).response()
    response.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(sorted(_methods_at(request)))
    return response


def _methods_at(request: Request) -> set[str]:
    """All that the address knows: each route knows its own alone. Raises nothing."""
    matching = (each for each in request.app.routes if isinstance(each, Route))
    return {
        method
        for route in matching
        if route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }


async def answer_database_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SQLAlchemyError)
    if not is_transient(error):
        return await answer_mistake(request, error)
    logger.warning("%s %s: the database cannot be used: %s", request.method, request.url.path, reason_of(error))
    return ApiError(503, "database_away", "the database cannot be used now; try again", retry=True).response()


async def answer_gone(request: Request, error: Exception) -> Response:
    """A client that hung up while it sent its body: nobody hears the answer."""
    assert isinstance(error, ClientDisconnect)
    logger.info("%s %s: the client hung up before it had sent its request", request.method, request.url.path)
    return Response(status_code=400)


async def answer_mistake(request: Request, error: Exception) -> JSONResponse:
    """A mistake of ours: it is in the log, not in the answer."""
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return ApiError(500, "mistake", "Central failed to answer; its log says why").response()
