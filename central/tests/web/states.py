"""Every page in all its states: one table, for whoever judges them (tests) or looks at them (`make screenshots`)."""

from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Page

from central.tests.web import steps
from central.tests.web.worlds import (
    ADA,
    ADMIN,
    AUDITOR,
    BOB,
    CAROL,
    DAN,
    EMPTY,
    FIGURED,
    FULL,
    HALTED,
    NEWCOMER,
    NOBODY,
)  # fmt: skip


class State(NamedTuple):
    """Of a page: its name, its address with the places of its world, who looks, and what he does before it is so."""

    name: str
    path: str
    viewer: str
    world: str = FULL
    then: Callable[[Page], None] | None = None

    @property
    def file_name(self) -> str:
        return self.name.replace(",", "").replace(" ", "-")


MARCH = "month=2026-03"
STATES = (
    State("first page", "/", NOBODY),
    State("sign-in", "/sign-in", NOBODY),
    State("sign-in, refused", "/sign-in", NOBODY, then=steps.sign_in_wrongly),
    State("nothing here", "/nowhere", NOBODY),
    State("not allowed", "/ops", BOB),
    State("post free, a stranger looks", "/p/{free}", NOBODY),
    State("post free, guests are taken", "/p/{guests}", NOBODY),
    State("post free, an operator looks", "/p/{free}", ADMIN),
    State("post free", "/p/{free}", BOB),
    State("post free, fate unknown", "/p/{free}", BOB, then=steps.start_unheard),
    State("post free, stale", "/p/{free}", BOB, then=steps.stale),
    State("post free, one's own charge runs elsewhere", "/p/{free}", ADA),
    State("post charging", "/p/{charging}", BOB),
    State("post with a fault", "/p/{faulty}", BOB),
    State("post with a fault, another is free", "/p/{broken}", BOB),
    State("post out of service", "/p/{stopped}", BOB),
    State("post not heard", "/p/{away}", BOB),
    State("charge not heard of yet", "/c/{pending}?request={pending_request}", BOB),
    State("charge getting ready", "/c/{ready}", CAROL),
    State("charge running", "/c/{session}", ADA),
    State("charge running, with its report open", "/c/{session}", ADA, then=steps.open_all),
    State("charge running, report refused", "/c/{session}", ADA, then=steps.report_nothing),
    State("charge running, reported", "/c/{session}?reported=1", ADA),
    State("charge running, stale", "/c/{session}", ADA, then=steps.stale),
    State("charge running, no network", "/c/{session}", ADA, then=steps.without_network),
    State("charge running, stop sent", "/c/{session}?stop=sent", ADA),
    State("charge running, fate of the stop unknown", "/c/{session}", ADA, then=steps.stop_unheard),
    State("charge running, an operator looks", "/c/{session}", ADMIN),
    State("charge running, the car rests", "/c/{resting}", DAN),
    State("charge over", "/c/{over}", ADA),
    State("charge over, billed otherwise than shown", "/c/{bounded}", BOB),
    State("charge refused", "/c/{refused}", ADA),
    State("charge that did not start", "/c/{failed}", BOB),
    State("me", "/me", BOB),
    State("me, no charge yet", "/me", NEWCOMER),
    State("me, done", "/me?done=contacts", BOB),
    State("me, refused", "/me", BOB, then=steps.keep_wrong_contact),
    State("me, contacts and a device", "/me", CAROL, then=steps.open_all),
    State("me, an operator", "/me", ADMIN),
    State("forget me", "/me/erase", BOB),
    State("forget me, refused", "/me/erase", ADA, then=steps.press_main),
    State("overview", "/ops", ADMIN),
    State("overview, stale", "/ops", ADMIN, then=steps.stale),
    State("overview, nothing yet", "/ops", ADMIN, EMPTY),
    State("overview, nobody is stopped", "/ops", ADMIN, FIGURED),
    State("overview, the worker is away", "/ops", ADMIN, HALTED, steps.wait_for_urgent),
    State("a post free", "/ops/posts/{free}", ADMIN),
    State("a post charging", "/ops/posts/{charging}", ADMIN),
    State("a post charging, stale", "/ops/posts/{charging}", ADMIN, then=steps.stale),
    State("a post with faults", "/ops/posts/{faulty}", ADMIN, then=steps.open_all),
    State("a post with faults, an auditor looks", "/ops/posts/{faulty}", AUDITOR),
    State("a post out of service", "/ops/posts/{stopped}", ADMIN),
    State("a post away", "/ops/posts/{away}", ADMIN),
    State("a post, asked for something", "/ops/posts/{faulty}?asked=r1", ADMIN),
    State("a post that is not there", "/ops/posts/nowhere", ADMIN),
    State("reset", "/ops/posts/{faulty}/reset", ADMIN),
    State("stop service", "/ops/posts/{charging}/stop", ADMIN),
    State("resume service", "/ops/posts/{stopped}/resume", ADMIN),
    State("change the price", "/ops/posts/{charging}/price", ADMIN),
    State("change the price, refused", "/ops/posts/{charging}/price", ADMIN, then=steps.price_wrongly),
    State("limit the current", "/ops/posts/{charging}/limit", ADMIN),
    State("clear a fault", "/ops/posts/{faulty}/clear-fault", ADMIN),
    State("prepare for new firmware", "/ops/posts/{charging}/maintenance", ADMIN),
    State("replace the board", "/ops/posts/{free}/replace", ADMIN),
    State("keep the board", "/ops/posts/{free}/keep", ADMIN),
    State("remove a post", "/ops/posts/{free}/remove", ADMIN),
    State("end a charge", "/ops/sessions/{session}/end", ADMIN),
    State("end a charge, fate unknown", "/ops/sessions/{session}/end", ADMIN, then=steps.end_unheard),
    State("accept what is held", "/ops/sessions/{held}/accept-held", ADMIN),
    State("drop what is held", "/ops/sessions/{held}/drop-held", ADMIN),
    State("charges", "/ops/sessions", ADMIN),
    State("charges, none found", "/ops/sessions?state=failed&cp_id=nowhere", ADMIN),
    State("charges, none yet", "/ops/sessions", ADMIN, EMPTY),
    State("held", "/ops/held", ADMIN),
    State("held, nothing", "/ops/held", ADMIN, EMPTY),
    State("parked", "/ops/parked", ADMIN),
    State("parked, nothing", "/ops/parked", ADMIN, EMPTY),
    State("let it go on", "/ops/parked/{parked}/unpark", ADMIN),
    State("notices", "/ops/deliveries", ADMIN),
    State("notices, none dropped", "/ops/deliveries?state=dropped", ADMIN),
    State("notices, nobody tells any", "/ops/deliveries", ADMIN, EMPTY),
    State("dead letters", "/ops/dead", ADMIN),
    State("dead letters, none", "/ops/dead", ADMIN, EMPTY),
    State("people", "/ops/people", ADMIN),
    State("people, refused", "/ops/people", ADMIN, then=steps.add_wrongly),
    State("people, a new token", "/ops/people", ADMIN, then=steps.make_token),
    State("people, no such token", "/ops/people", ADMIN, then=steps.make_wrong_token),
    State("people, one alone", "/ops/people", ADMIN, EMPTY),
    State("insight", f"/ops/insight?site=yard&{MARCH}", ADMIN, FIGURED, steps.open_all),
    State("insight, a post meters low", f"/ops/insight?site=harbour&{MARCH}", ADMIN, FIGURED),
    State("insight, a month that goes on", "/ops/insight?site=yard", ADMIN, FIGURED),
    State("insight, a month of nothing", "/ops/insight?month=2031-01", ADMIN, FIGURED),
    State("insight, nobody makes figures", "/ops/insight", ADMIN, EMPTY),
)  # fmt: skip
