"""All of the operator's pages."""

from starlette.routing import Route

from central.web.ops import acting, live_pages

ROUTES: list[Route] = [*live_pages.ROUTES, *acting.ROUTES]
