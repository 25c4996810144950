"""docs/api.md: every route of the API, from the tables beside the routes."""

from wire.kinds.fields import Field

from central.api.access import GuardedRoute
from central.api.answers import OBJECTS
from central.api.description import errors_of, method_of, told_of
from central.api.guard import MAX_BODY_BYTES
from central.people.roles import RIGHTS
from central.serving.routes import API_ROUTES
from tools.docs.markdown import table

_INTRO = f"""# The API

*Written from the tables of the code by `make docs`; do not edit. `/v1/openapi.json` says the same to programs.*

JSON both ways, in bodies of at most {MAX_BODY_BYTES:,} bytes; unknown fields are refused. Errors are problem details
with a `code` ([reasons.md](reasons.md)). A token goes into `Authorization: Bearer`. Lists give `next`, which is the
`cursor` of the page behind; `limit` is how many. Where there is a *key*, an `Idempotency-Key` makes a request that is
said twice take effect once.
"""


def page() -> str:
    routes = sorted(API_ROUTES, key=lambda route: (route.path, method_of(route)))
    return "".join(
        [
            _INTRO,
            "\n## Routes\n\n",
            table(
                ("route", "what it does", "who may", "body or query", "answer", "refuses with"),
                (_row(route) for route in routes),
            ),
            "\n## What is answered\n\n`?`: may be null; in brackets: a list.\n\n",
            table(("object", "its members"), ((f"`{name}`", _members(name)) for name in OBJECTS)),
        ]
    )


def _row(route: GuardedRoute) -> tuple[str, ...]:
    told = told_of(route)
    fields = [_field(each) for each in (told.body or ())] + [f"?{_field(each)}" for each in told.query]
    key = ["*key*"] if told.takes_key else []
    own = sorted({f"{status} `{code}`" for status, code in told.errors})
    return (
        f"`{method_of(route)} {route.path}`",
        told.does,
        "anybody" if route.right is None else f"who may {RIGHTS[route.right]}",
        ", ".join([*fields, *key]),
        f"{' or '.join(map(str, told.statuses))} `{told.answer.replace(':', '` in `')}`",
        ", ".join(own) if errors_of(route) else "",
    )


def _field(field: Field) -> str:
    return f"`{field.name}`" if field.required else f"[`{field.name}`]"


def _members(name: str) -> str:
    return ", ".join(f"`{member}` {sort}" for member, sort in OBJECTS[name].items())
