"""The shapes of answers: one table of objects and their members, from which the description of the API is made.

A member's sort: `id`, `text`, `int`, `bool`, `time` (ISO 8601), `decimal` (a number as text), `any`, the name of
another object, or a list of one of them in brackets; `?` at its end: it may be null.
"""

from collections.abc import Mapping
from typing import Any

from wire.ids import ID_MAX

from central.model.states import SESSION_STATES
from central.people.contacts import CHANNELS
from central.people.roles import ROLES, SCOPES
from central.views.charge import FINAL, PENDING

ID = {"type": "string", "pattern": rf"^[A-Za-z0-9_.\-]{{1,{ID_MAX}}}$"}
_SORTS: Mapping[str, dict[str, Any]] = {
    "id": ID,
    "text": {"type": "string"},
    "int": {"type": "integer"},
    "bool": {"type": "boolean"},
    "time": {"type": "string", "format": "date-time"},
    "decimal": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    "state": {"enum": sorted({PENDING, *SESSION_STATES, *FINAL})},
    "role": {"enum": list(ROLES)},
    "scope": {"enum": list(SCOPES)},
    "any": {},
}

_CHARGE = {
    "message_id": "id", "session_id": "id?", "cp_id": "id", "driver_id": "id", "state": "state", "reason": "text?",
    "fault": "FaultNamed?", "energy_wh": "int", "power_w": "int", "cost_minor": "int", "currency": "text",
    "price_per_kwh": "decimal?", "max_energy_wh": "int?", "max_duration_s": "int?", "max_cost_minor": "int?",
    "started_at": "time?", "ended_at": "time?", "elapsed_s": "int", "flags": "[text]",
}  # fmt: skip
_TICKET = {
    "number": "int", "issued_at": "time", "cp_id": "id", "location": "text?", "meter_id": "id",
    "start_register_wh": "int", "end_register_wh": "int", "energy_wh": "int", "energy_kwh": "decimal",
    "estimated": "bool", "price_per_kwh": "decimal", "tariff_version": "int", "tariff": "any", "cost_minor": "int",
    "total": "decimal", "currency": "text", "max_energy_wh": "int?", "max_duration_s": "int?", "max_cost_minor": "int?",
    "started_at": "time", "ended_at": "time", "duration_s": "int", "reason": "text", "fault": "text?",
}  # fmt: skip
_POINT = {
    "cp_id": "id", "location": "text", "site": "SiteNamed?", "status": "text", "price_per_kwh": "decimal",
    "currency": "text", "last_connection_time": "time?", "vehicle": "text", "power_w": "int", "register_wh": "int",
    "faults": "[text]", "stopped": "bool",
}  # fmt: skip
_ACTED = {"request_id": "id", "state": "text", "detail": "text?"}
_ME = {"id": "id", "role": "role", "scope": "scope", "driver_id": "id?", "sites": "[id]?"}

OBJECTS: Mapping[str, Mapping[str, str]] = {
    "Root": {"name": "text", "versions": "[text]", "health": "text"},
    "Health": {"status": "text", "tables": "text?", "log": "text", "alarms": "[text]"},
    "Alive": {"status": "text"},
    "Ready": {"status": "text", "database": "text", "log": "text"},
    "Description": {"openapi": "text", "info": "any", "paths": "any", "components": "any", "security": "any"},
    "Me": _ME,
    "SignedIn": {"token": "text", "expires_at": "time", **_ME},
    "SignedOut": {"signed_in": "bool"},
    "Registered": {"driver_id": "id", "username": "text?", "created_at": "time?", "token": "text"},
    "Erased": {"driver_id": "id", "erased": "bool"},
    "Driver": {"driver_id": "id", "username": "text?", "created_at": "time?"},
    "OwnContact": {
        "channel": "text", "address": "text", "verified_at": "time?", "code_asked_at": "time?", "events": "[text]",
    },
    "OwnContacts": {
        "contacts": "[OwnContact]", "devices": "[OwnDevice]", "device_events": "[text]", "events": "[text]",
    },
    "OwnDevice": {"device_id": "id", "label": "text", "set_at": "time"},
    "OwnToken": {"token_id": "id", "label": "text", "scope": "scope", "created_at": "time", "revoked_at": "time?"},
    "Contacts": dict.fromkeys(CHANNELS, "text"),
    "Wishes": {
        "language": "text", "time_zone": "text?", "quiet_from_min": "int?", "quiet_to_min": "int?",
        "urgent_anyway": "bool",
    },
    "Report": {
        "cp_id": "id", "session_id": "id", "driver_id": "id", "number": "int", "at": "time", "text": "text",
    },
    "Reported": {"message_id": "id", "session_id": "id"},
    "OwnData": {
        "driver": "Driver", "charges": "[Charge]", "receipts": "[Receipt]", "reports": "[Report]",
        "contacts": "Contacts", "devices": "[OwnDevice]", "wishes": "Wishes", "tokens": "[OwnToken]",
    },
    "FaultNamed": {"name": "text", "text": "text"},
    "Charge": _CHARGE,
    "Charging": {"cp_id": "id", "on": "bool", "charge": "Charge?"},
    "Ticket": _TICKET,
    "Receipt": {
        "message_id": "id", "session_id": "id", "driver_id": "id", "driver_name": "text?", **_TICKET,
        "tickets": "[Ticket]",
    },
    "SiteNamed": {"site_id": "id", "name": "text", "time_zone": "text"},
    "Site": {
        "site_id": "id", "name": "text", "address": "text?", "time_zone": "text", "guests": "bool",
        "charge_points": "int",
    },
    "ChargePoint": _POINT,
    "PointOverview": {**_POINT, "sessions": "[id]", "held_wh": "int", "replaceable_until": "time?"},
    "SessionOpen": {
        "session_id": "id", "cp_id": "id", "driver_id": "id", "driver_name": "text?", "status": "state",
        "since": "time", "energy_wh": "int", "stop_requested": "bool", "driver_is_free": "bool",
    },
    "FaultOpen": {"fault": "text", "info": "text", "since": "time"},
    "AlarmOfPoint": {"alarm": "text", "text": "text", "at": "time"},
    "PointInDepth": {
        **_POINT, "link": "text", "silent": "bool", "board": "id?", "engine_board": "id?", "engine_state": "text?",
        "meter_id": "id?", "rated_current_ma": "int?", "limit_ma": "int?", "replaceable_until": "time?",
        "sessions": "[SessionOpen]", "open_faults": "[FaultOpen]", "held_wh": "int", "alarms": "[AlarmOfPoint]",
        "requests": "[OperatorRequest]",
    },
    "Session": {
        "session_id": "id", "cp_id": "id", "driver_id": "id", "driver_name": "text?", "message_id": "id",
        "state": "state", "reason": "text?", "fault": "text?", "requested_at": "time", "started_at": "time?",
        "ended_at": "time?", "energy_wh": "int", "cost_minor": "int?", "currency": "text", "held_wh": "int",
        "unbilled_wh": "int", "tickets": "int", "flags": "[text]", "stop_requested": "bool", "driver_is_free": "bool",
    },
    "Held": {
        "session_id": "id", "cp_id": "id", "driver_id": "id", "driver_name": "text?", "held_wh": "int",
        "billed_wh": "int", "cost_if_accepted": "decimal", "cost_if_accepted_minor": "int", "currency": "text",
        "started_at": "time?", "ended_at": "time?", "why": "text", "why_code": "text",
        "rise_wh": "int", "most_wh": "int", "over_order": "bool", "lasted_s": "int",
    },
    "Fault": {"cp_id": "id", "fault": "text", "info": "text", "since": "time", "cleared_at": "time?"},
    "Alarm": {"cp_id": "id", "alarm": "text", "subject": "text", "text": "text", "at": "time"},
    "Command": {
        "seq": "int", "kind": "text", "session_id": "id?", "state": "text", "reason": "text?", "expires_at": "time",
    },
    "OperatorRequest": {
        "request_id": "id", "cp_id": "id", "at": "time", "action": "text", "told": "any", "by": "id?",
        "reason": "text?",
    },
    "Parked": {"key": "text", "topic": "text", "records": "int", "since": "time", "error": "text"},
    "Delivery": {
        "delivery_id": "id", "at": "time", "event": "text", "cp_id": "id?", "person_id": "text?",
        "person_name": "text?", "channel": "text", "webhook_id": "id?", "state": "text", "tries": "int",
        "error": "text?", "why": "text?", "next_try_at": "time?", "done_at": "time?",
    },
    "DeadLetter": {
        "at_ms": "int", "at": "time", "reason": "text", "text": "text", "topic": "text", "partition": "text",
        "offset": "text", "appender": "text", "key": "text", "value": "text",
    },
    "PersonListed": {"name": "id", "role": "role", "since": "time", "signs_in": "text", "sites": "[id]?"},
    "TokenListed": {
        "token_id": "id", "of": "id", "role": "role", "scope": "scope", "label": "text", "since": "time",
        "expires_at": "time?", "state": "text",
    },
    "PersonAdded": {"name": "id", "role": "role"},
    "SitesServed": {"name": "id", "sites": "[id]?"},
    "PasswordSet": {"name": "id", "changed": "bool"},
    "TokenMade": {
        "token": "text", "token_id": "id", "of": "id", "role": "role", "scope": "scope", "expires_at": "time?",
    },
    "TokenRevoked": {"token_id": "id", "revoked": "bool"},
    "PointActedOn": {**_ACTED, "charge_point": "PointInDepth?"},
    "SessionActedOn": {**_ACTED, "session": "Session?"},
    "Records": {"records": "int"},
    "SiteActedOn": {**_ACTED, "site": "Site?"},
    "ParkedActedOn": {**_ACTED, "parked": "Records?"},
    "Problem": {
        "type": "text", "title": "text", "status": "int", "detail": "text", "code": "text", "field": "text?",
    },
}  # fmt: skip
# Members that are there only sometimes.
OPTIONAL = {("Registered", "token"), *(("Contacts", channel) for channel in CHANNELS)}


def schema_of(name: str) -> dict[str, Any]:
    """Of an object; of `Items:name`, a page of a list: `Sessions:sessions` is one of Session under `sessions`."""
    item, _, listed = name.partition(":")
    if not listed:
        return {"$ref": f"#/components/schemas/{name}"}
    item = item.removesuffix("s")
    members = {listed: {"type": "array", "items": schema_of(item)}, "next": {"type": ["string", "null"]}}
    return {"type": "object", "properties": members, "required": list(members)}


def schemas() -> dict[str, Any]:
    return {
        name: {
            "type": "object",
            "properties": {member: _of_sort(sort) for member, sort in members.items()},
            "required": [member for member in members if (name, member) not in OPTIONAL],
            "additionalProperties": False,
        }
        for name, members in OBJECTS.items()
    }


def _of_sort(sort: str) -> dict[str, Any]:
    if sort.endswith("?"):
        return {"anyOf": [_of_sort(sort[:-1]), {"type": "null"}]}
    if sort.startswith("["):
        return {"type": "array", "items": _of_sort(sort[1:-1])}
    return dict(_SORTS[sort]) if sort in _SORTS else schema_of(sort)
