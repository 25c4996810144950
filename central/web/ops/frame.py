"""What each of the operator's pages has around it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from central.people.register import Person
from central.people.roles import MANAGE_PEOPLE
from central.web.access import person_at
from central.web.languages import N_
from central.web.pages import page

PAGES = (
    ("/ops", N_("Overview")),
    ("/ops/sessions", N_("Charges")),
    ("/ops/held", N_("Held")),
    ("/ops/parked", N_("Put aside")),
    ("/ops/deliveries", N_("Notices")),
    ("/ops/dead", N_("Not understood")),
    ("/ops/insight", N_("Insight")),
)
OF_ADMINS = (("/ops/people", N_("People")),)


def ops_page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    return page(request, template, status, ops_pages=pages_for(person_at(request)), **values)


def pages_for(person: Person) -> tuple[tuple[str, str], ...]:
    """Path and name of those that this person may see."""
    return PAGES + OF_ADMINS if person.may(MANAGE_PEOPLE) else PAGES
