"""Who may what at each route of the API: whom it lets in, who sees another's there, and what is told to an operator of
another site. A route without a row fails a test.
"""

from central.actions.table import AT_POINT, AT_SESSION, UNPARK
from central.people.roles import ADMIN, AUDITOR, DRIVER, OPERATOR, ROLES

EVERYBODY = (None, *ROLES)
WATCHERS = (OPERATOR, AUDITOR, ADMIN)
SERVERS = (OPERATOR, ADMIN)

# What each route answers whom: of Ada's charge `own`, which Bob asks for too. None: without a token.
# (method, path, body): the roles that it lets in; of those, the ones that see another's.
TABLE: dict[tuple[str, str], tuple[tuple[str | None, ...], tuple[str | None, ...]]] = {
    ("GET", "/v1"): (EVERYBODY, EVERYBODY),
    ("GET", "/health"): (EVERYBODY, EVERYBODY),
    ("GET", "/health/live"): (EVERYBODY, EVERYBODY),
    ("GET", "/health/ready"): (EVERYBODY, EVERYBODY),
    ("GET", "/v1/openapi.json"): (EVERYBODY, EVERYBODY),
    ("GET", "/metrics"): (WATCHERS, WATCHERS),
    ("POST", "/v1/people"): ((ADMIN,), (ADMIN,)),
    ("POST", "/v1/people/{name}/password"): ((ADMIN,), (ADMIN,)),
    ("POST", "/v1/tokens"): ((ADMIN,), (ADMIN,)),
    ("POST", "/v1/tokens/{token_id}/revoke"): ((ADMIN,), (ADMIN,)),
    ("POST", "/v1/people/{name}/sites"): ((ADMIN,), (ADMIN,)),
    ("POST", "/v1/sites"): ((ADMIN,), (ADMIN,)),
    ("POST", "/v1/sites/{site_id}/change"): ((ADMIN,), (ADMIN,)),
    ("POST", "/v1/sites/{site_id}/remove"): ((ADMIN,), (ADMIN,)),
    ("POST", "/v1/charge-points/{cp_id}/site"): ((ADMIN,), (ADMIN,)),
    ("POST", "/v1/charge-points/{cp_id}/off-site"): ((ADMIN,), (ADMIN,)),
    ("POST", "/v1/sign-in"): (EVERYBODY, EVERYBODY),
    ("POST", "/v1/sign-out"): (ROLES, ()),
    ("GET", "/v1/me"): (ROLES, ()),
    ("POST", "/v1/drivers"): (EVERYBODY, EVERYBODY),
    ("GET", "/v1/me/data"): (ROLES, ()),
    ("POST", "/v1/me/erase"): ((DRIVER,), ()),
    ("GET", "/v1/me/contacts"): (ROLES, ()),
    ("POST", "/v1/me/contacts"): (ROLES, ()),
    **{("POST", f"/v1/me/contacts/{{channel}}/{word}"): (ROLES, ()) for word in ("ask", "check", "events")},
    ("GET", "/v1/charge-points"): (EVERYBODY, EVERYBODY),
    ("GET", "/v1/charge-points/{cp_id}"): (EVERYBODY, EVERYBODY),
    ("GET", "/v1/charge-points/{cp_id}/charging"): (ROLES, WATCHERS),
    ("PUT", "/v1/charge-points/{cp_id}/charging"): ((DRIVER,), ()),
    ("GET", "/v1/charge-points/events"): (WATCHERS, WATCHERS),
    ("GET", "/v1/sites"): (EVERYBODY, EVERYBODY),
    ("GET", "/v1/sites/{site_id}"): (EVERYBODY, EVERYBODY),
    ("POST", "/v1/charges"): ((DRIVER,), ()),
    ("GET", "/v1/charges/{message_id}"): (ROLES, WATCHERS),
    ("GET", "/v1/charges/{message_id}/events"): (ROLES, WATCHERS),
    ("POST", "/v1/charges/{message_id}/stop"): ((DRIVER,), ()),
    ("POST", "/v1/charges/{message_id}/reports"): ((DRIVER,), ()),
    ("GET", "/v1/charges/{message_id}/receipt"): (ROLES, WATCHERS),
    ("GET", "/v1/drivers/{driver_id}/charges"): (ROLES, WATCHERS),
    ("GET", "/v1/charge-points/{cp_id}/overview"): (WATCHERS, WATCHERS),
    ("GET", "/v1/charge-points/{cp_id}/commands"): (WATCHERS, WATCHERS),
    ("GET", "/v1/charge-points/{cp_id}/requests"): (WATCHERS, WATCHERS),
    ("GET", "/v1/overview"): (WATCHERS, WATCHERS),
    ("GET", "/v1/sessions"): (WATCHERS, WATCHERS),
    ("GET", "/v1/held"): (WATCHERS, WATCHERS),
    ("GET", "/v1/drivers"): (WATCHERS, WATCHERS),
    ("GET", "/v1/reports"): (WATCHERS, WATCHERS),
    ("GET", "/v1/faults"): (WATCHERS, WATCHERS),
    ("GET", "/v1/alarms"): (WATCHERS, WATCHERS),
    ("GET", "/v1/parked"): (WATCHERS, WATCHERS),
    ("GET", "/v1/deliveries"): (WATCHERS, WATCHERS),
    ("GET", "/v1/dead-letters"): (WATCHERS, WATCHERS),
    ("GET", "/v1/sessions/{session_id}"): (WATCHERS, WATCHERS),
    ("GET", "/v1/people"): ((ADMIN,), (ADMIN,)),
    ("GET", "/v1/tokens"): ((ADMIN,), (ADMIN,)),
}
# What an operator of another site is answered at each route that is closed to some and open to operators: 200 of his
# own, a list without it, or that there is no such thing. The others are open to everybody, or to drivers alone.
SAME, EMPTY, NOT_FOUND, REFUSED = "same", "empty", "not found", "refused"
ELSEWHERE: dict[tuple[str, str], str] = {
    ("POST", "/v1/sign-out"): SAME,
    ("GET", "/v1/me"): SAME,
    ("GET", "/v1/me/data"): SAME,
    ("GET", "/v1/me/contacts"): SAME,
    ("POST", "/v1/me/contacts"): SAME,
    **{("POST", f"/v1/me/contacts/{{channel}}/{word}"): SAME for word in ("ask", "check", "events")},
    ("GET", "/v1/charges/{message_id}"): NOT_FOUND,
    ("GET", "/v1/charges/{message_id}/events"): NOT_FOUND,
    ("GET", "/v1/charges/{message_id}/receipt"): NOT_FOUND,
    ("GET", "/v1/drivers/{driver_id}/charges"): EMPTY,
    ("GET", "/v1/charge-points/{cp_id}/charging"): NOT_FOUND,
    ("GET", "/v1/charge-points/{cp_id}/overview"): NOT_FOUND,
    ("GET", "/v1/charge-points/{cp_id}/commands"): NOT_FOUND,
    ("GET", "/v1/charge-points/{cp_id}/requests"): NOT_FOUND,
    ("GET", "/v1/sessions/{session_id}"): NOT_FOUND,
    ("GET", "/v1/overview"): EMPTY,
    ("GET", "/v1/charge-points/events"): SAME,
    ("GET", "/v1/sessions"): EMPTY,
    ("GET", "/v1/held"): EMPTY,
    ("GET", "/v1/drivers"): EMPTY,
    ("GET", "/v1/reports"): EMPTY,
    ("GET", "/v1/faults"): EMPTY,
    ("GET", "/v1/alarms"): EMPTY,
    ("GET", "/v1/parked"): EMPTY,
    ("GET", "/v1/deliveries"): EMPTY,
    ("GET", "/v1/dead-letters"): REFUSED,
    ("GET", "/metrics"): REFUSED,
}
UNKNOWN = {"{message_id}": "unknown_charge", "{cp_id}": "unknown_charge_point", "{session_id}": "unknown_session"}
ACTIONS = {
    **{f"/v1/charge-points/{{cp_id}}/{word}": action for word, action in AT_POINT.items()},
    **{f"/v1/sessions/{{session_id}}/{word}": action for word, action in AT_SESSION.items()},
    "/v1/parked/{key}/unpark": UNPARK,
}
TABLE.update({("POST", path): (SERVERS, SERVERS) for path in ACTIONS})
ELSEWHERE.update({("POST", path): NOT_FOUND for path in ACTIONS})
BODIES = {
    "/v1/charges": {"message_id": "m", "cp_id": "cp_access"},
    "/v1/charge-points/{cp_id}/charging": {"on": False},
    "/v1/charges/{message_id}/stop": {"message_id": "m"},
    "/v1/charges/{message_id}/reports": {"message_id": "m", "text": "it smells"},
}
OF_ONES_OWN = ("GET", "/v1/charge-points/{cp_id}/charging")
NAMES_A_DRIVER = (*(route for route in TABLE if "{message_id}" in route[1]), OF_ONES_OWN)
OF_A_CHARGE = tuple(route for route in TABLE if route in NAMES_A_DRIVER or "{driver_id}" in route[1])
