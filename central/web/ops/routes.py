"""All of the operator's pages."""

from starlette.routing import Route

from central.web.ops import acting, dead, insight, lists, live_pages, people, plan, system

ROUTES: list[Route] = [
    *live_pages.ROUTES, *system.ROUTES, *lists.ROUTES, *dead.ROUTES, *people.ROUTES, *acting.ROUTES, *insight.ROUTES,
    *plan.ROUTES,
]  # fmt: skip
