"""The description of the API, OpenAPI 3.1, made from what stands beside the routes."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from wire.kinds.fields import Field

from central.api.access import GuardedRoute
from central.api.answers import ID, schema_of, schemas
from central.api.codes import CODES, TITLES
from central.api.errors import PROBLEM_TYPE
from central.api.guard import MAX_BODY_BYTES
from central.api.keys import HEADER, MAX_CHARACTERS
from central.api.told import JSON, Told
from central.people.roles import RIGHTS

VERSION = "3.1.0"
NO_CONTENT = 204
_TEXT = r"^[^\u0000-\u001f\u007f-\u009f]*$"
_NOT_BLANK = r"^[^\u0000-\u001f\u007f-\u009f]*[^\u0000-\u0020\u007f-\u00a0\s][^\u0000-\u001f\u007f-\u009f]*$"
# Of texts that are more than text, by their names. printable: to be shown to people, as Python's str.isprintable tells.
_FORMATS = {
    "from": "date-time", "to": "date-time", "username": "printable", "name": "printable", "address": "printable",
}
_MEANINGS = {row.code: row.meaning for row in CODES}

# What any route may refuse: by what is asked, from where, and in what state Central is.
ALWAYS = (
    (400, "refused"), (403, "foreign_origin"), (421, "wrong_host"), (429, "too_many_requests"), (500, "mistake"),
    (503, "database_away"), (503, "too_many_connections"),
)  # fmt: skip
WITH_QUERY = ((400, "unknown_field"), (400, "bad_field"), (400, "out_of_bounds"))
WITH_BODY = (
    *WITH_QUERY, (400, "missing_field"), (400, "not_json"), (408, "too_slow"), (413, "too_large"), (415, "not_json"),
)  # fmt: skip
WITH_RIGHT = ((401, "no_token"), (401, "bad_token"), (403, "not_allowed"))


def errors_of(route: GuardedRoute) -> list[tuple[int, str]]:
    """Status and code of all that a route may refuse, sorted."""
    told = told_of(route)
    errors = {*ALWAYS, *told.errors}
    if told.body is not None:
        errors |= {*WITH_BODY}
    if told.query or told.takes_key:
        errors |= {*WITH_QUERY}
    if route.right is not None:
        errors |= {*WITH_RIGHT}
    return sorted(errors)


def told_of(route: GuardedRoute) -> Told:
    assert route.told is not None, f"{route.path} has no description"
    return route.told


def method_of(route: GuardedRoute) -> str:
    (method,) = (route.methods or set()) - {"HEAD"}
    return method


def describe(routes: Sequence[GuardedRoute]) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[method_of(route).lower()] = _operation(route)
    return {
        "openapi": VERSION,
        "info": {
            "title": "Wattline",
            "version": "1",
            "description": "Charges, charge points, sessions and money. Bodies are JSON of at most "
            f"{MAX_BODY_BYTES} bytes; errors are problem details (RFC 9457) with a `code` to act on.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [],
    }


def description(routes: Sequence[GuardedRoute]) -> GuardedRoute:
    """The route that serves it, itself described."""
    told = Told("This description: OpenAPI 3.1.", "Description")

    @cache
    def whole() -> dict[str, Any]:
        return describe([*routes, route])

    async def show(request: Request) -> JSONResponse:
        del request
        return JSONResponse(whole())

    route = GuardedRoute("GET", "/v1/openapi.json", show, None, told)
    return route


def _operation(route: GuardedRoute) -> dict[str, Any]:
    told = told_of(route)
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": told.does,
        "parameters": [*_path_parameters(route.path), *(_query_parameter(each) for each in told.query)],
        "responses": _responses(route),
    }
    if told.takes_key:
        operation["parameters"].append(_key_parameter())
    if told.is_stream:
        operation["parameters"].append(
            {"name": "Last-Event-ID", "in": "header", "schema": {"type": "string", "maxLength": 200}}
        )
    if told.body is not None:
        schema = {**body_of(told.body), **told.more_of_body}
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    if route.right is not None:
        operation["security"] = [{"token": []}]
        operation["description"] = f"Needs the right to {RIGHTS[route.right]}."
    return operation


def _operation_id(route: GuardedRoute) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", route.path.lower()).strip("_")
    return f"{method_of(route).lower()}_{words}"


def _path_parameters(path: str) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", path):
        yield {"name": name, "in": "path", "required": True, "schema": dict(ID)}


def _query_parameter(field: Field) -> dict[str, Any]:
    return {"name": field.name, "in": "query", "required": field.required, "schema": schema_of_field(field)}


def _key_parameter() -> dict[str, Any]:
    schema = {"type": "string", "pattern": f"^[!#-~]{{1,{MAX_CHARACTERS}}}$"}
    return {"name": HEADER, "in": "header", "required": False, "schema": schema}


def _responses(route: GuardedRoute) -> dict[str, Any]:
    told = told_of(route)
    media = "text/event-stream" if told.is_stream else told.media
    schema = schema_of(told.answer) if media == JSON else {"type": "string"}
    content = {"content": {media: {"schema": schema}}}
    responses: dict[str, Any] = {
        str(status): {"description": told.does, **(content if status != NO_CONTENT else {})} for status in told.statuses
    }
    by_status: dict[int, list[str]] = {}
    for status, code in errors_of(route):
        by_status.setdefault(status, []).append(code)
    for status, codes in by_status.items():
        responses[str(status)] = _problem(status, codes)
    return responses


def _problem(status: int, codes: list[str]) -> dict[str, Any]:
    told = "; ".join(f"`{code}`: {TITLES.get((status, code), _MEANINGS.get(code, ''))}" for code in codes)
    return {"description": told, "content": {PROBLEM_TYPE: {"schema": schema_of("Problem")}}}


def body_of(fields: Sequence[Field]) -> dict[str, Any]:
    """null is as good as absent where a field may be left out."""
    properties = {
        each.name: schema_of_field(each) if each.required else {"anyOf": [schema_of_field(each), {"type": "null"}]}
        for each in fields
    }
    required = [each.name for each in fields if each.required]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def schema_of_field(field: Field) -> dict[str, Any]:
    match field.sort:
        case "id":
            return dict(ID)
        case "ids":
            return {"type": "array", "items": dict(ID), "minItems": field.low, "maxItems": field.high}
        case "bool":
            return {"type": "boolean"}
        case "int":
            return {"type": "integer", "minimum": field.low, "maximum": field.high}
        case "text":
            if field.name == "time_zone":
                return {"type": "string", "format": "time-zone"}  # an IANA name
            pattern = _NOT_BLANK if field.name == "text" else _TEXT
            schema = {"type": "string", "minLength": field.low, "maxLength": field.high, "pattern": pattern}
            return {**schema, "format": _FORMATS[field.name]} if field.name in _FORMATS else schema
        case "token":
            return {"type": "string", "pattern": "^wl_[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"}
        case "choice":
            return {"type": "string", "enum": list(field.choices)}
        case "price":
            number = {"type": "number", "minimum": field.low, "maximum": field.high, "multipleOf": 0.0001}
            return {"anyOf": [number, {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,4})?$"}]}
        case other:
            raise KeyError(f"{field.name}: a body has no fields of sort {other}")
