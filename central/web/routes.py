"""All pages."""

from starlette.routing import Route

from central.web import assets, sign_in

ROUTES: list[Route] = [*assets.ROUTES, *sign_in.ROUTES]
