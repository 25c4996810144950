"""What every page has: who looks, in which language, and how a page is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from central.api.followers import Followers
from central.outbound.insight.months import Months
from central.people.register import Person
from central.web.issuer import Oidc
from central.web.languages import language_of
from central.web.live import Beside, PartKey, Shown
from central.web.ops.places import Place
from central.web.ops.watch import Watch
from central.web.templates import render
from runtime.values import Url


@dataclass(frozen=True)
class Pages:
    """`public`: what people call this server. `oidc`: who signs people in beside it.

    `followers`: of the parts of pages that change by themselves. `beside`: what these show that is not in the books.
    `watch`: whether the worker moves. `months`: the figures of insight; None: nobody makes any here.
    `places`: of charge points, on the plans of their sites.
    """

    public: Url | None
    oidc: Oidc | None
    followers: Followers[PartKey, Shown]
    beside: Beside
    watch: Watch = field(default_factory=Watch)
    months: Months | None = None
    places: Mapping[str, Place] = field(default_factory=dict[str, Place])


def pages_of(request: Request) -> Pages:
    return request.app.state.pages


def viewer_of(request: Request) -> Person | None:
    """Who looks; None: nobody signed in."""
    return request.state.viewer


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page, by its template."""
    common = {"viewer": viewer_of(request), "path": request.url.path, "status": status}
    return HTMLResponse(render(template, language_of(request), **common, **values), status)
