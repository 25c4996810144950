"""The HTTP API, version 1: reads the tables, appends requests to the log, writes nothing but what belongs to people."""

from central.api import (
    charge_points,
    charges,
    charging,
    contacts,
    drivers,
    health,
    lists,
    operated,
    own_data,
    people,
    sign_in,
    site_changes,
    sites,
)
from central.api.access import GuardedRoute

ROUTES: list[GuardedRoute] = [
    *health.ROUTES,
    *sign_in.ROUTES,
    *drivers.ROUTES,
    *own_data.ROUTES,
    *contacts.ROUTES,
    *charge_points.ROUTES,
    *sites.ROUTES,
    *site_changes.ROUTES,
    *charges.ROUTES,
    *charging.ROUTES,
    *lists.ROUTES,
    *operated.ROUTES,
    *people.ROUTES,
]
