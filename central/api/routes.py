"""The HTTP API, version 1: reads the tables, appends requests to the log, writes nothing but what belongs to people."""

from central.api import charge_points, charges, drivers, health, lists, operated, own_data, sign_in, sites
from central.api.access import GuardedRoute

ROUTES: list[GuardedRoute] = [
    *health.ROUTES,
    *sign_in.ROUTES,
    *drivers.ROUTES,
    *own_data.ROUTES,
    *charge_points.ROUTES,
    *sites.ROUTES,
    *charges.ROUTES,
    *lists.ROUTES,
    *operated.ROUTES,
]
