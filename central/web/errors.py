"""What a page says instead of what was asked for: what happened, what is certain, and what to do."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from central.api.errors import ApiError
from central.web.pages import page

TEMPLATE = "error.html"
KEPT_HEADERS = ("Retry-After", "Allow")

Answer = Callable[[Request, Exception], Awaitable[Response]]


def answer_with_page(request: Request, error: ApiError) -> Response:
    answer = page(request, TEMPLATE, error.status, problem=error)
    answer.headers.update(error.headers)
    return answer


def as_page_where_wanted(answer: Answer) -> Answer:
    """The API's answer to an error, and the same as a page where a browser asks, to show it to somebody."""

    async def answered(request: Request, error: Exception) -> Response:
        told = await answer(request, error)
        if not _wants_page(request):
            return told
        request.state.viewer = None
        shown = page(request, TEMPLATE, told.status_code, problem=None)
        shown.headers.update({name: told.headers[name] for name in KEPT_HEADERS if name in told.headers})
        return shown

    return answered


def _wants_page(request: Request) -> bool:
    """The API's own paths answer programs, whatever these accept."""
    return not request.url.path.startswith("/v1") and "text/html" in request.headers.get("accept", "")
