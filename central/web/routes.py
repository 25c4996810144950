"""All pages."""

from starlette.routing import Route

from central.web import assets, charge, devices, me, oidc, point, sign_in
from central.web.ops.routes import ROUTES as OPS

ROUTES: list[Route] = [
    *assets.ROUTES,
    *sign_in.ROUTES,
    *oidc.ROUTES,
    *point.ROUTES,
    *charge.ROUTES,
    *me.ROUTES,
    *devices.ROUTES,
    *OPS,
]
