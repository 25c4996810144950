"""A Central with something of each sort to show, and pages in all their states, for tests and for people to look at."""

from typing import NamedTuple
from uuid import uuid4

import httpx

from central.people.roles import ADMIN, DRIVER
from central.tests.notices import notices_at, tell
from central.tests.site import Site, sign_up
from central.tests.web.visits import Post

SETTINGS = {"PLANT_SPEED": "3600", "COMMAND_TTL_S": "3600"}  # charges of a moment are as plausible as long ones
NOBODY = "nobody"


class State(NamedTuple):
    """Of a page: its name, its address with the places of `Filled`, and who looks."""

    name: str
    path: str
    viewer: str


class Filled(NamedTuple):
    """`places`: by the names that addresses have. `driver_token`: of whoever charges at `charging`."""

    places: dict[str, str]
    driver_token: str


STATES = (
    State("first page", "/", NOBODY),
    State("sign-in", "/sign-in", NOBODY),
    State("nothing here", "/nowhere", NOBODY),
    State("post free, a stranger looks", "/p/{free}", NOBODY),
    State("post free", "/p/{free}", DRIVER),
    State("post charging", "/p/{charging}", DRIVER),
    State("post with a fault", "/p/{faulty}", DRIVER),
    State("post out of service", "/p/{stopped}", DRIVER),
    State("post not heard", "/p/{away}", DRIVER),
    State("charge running", "/c/{session}", DRIVER),
    State("charge over", "/c/{over}", DRIVER),
    State("me", "/me", DRIVER),
    State("forget me", "/me/erase", DRIVER),
    State("overview", "/ops", ADMIN),
    State("a post charging", "/ops/posts/{charging}", ADMIN),
    State("a post with faults", "/ops/posts/{faulty}", ADMIN),
    State("a post out of service", "/ops/posts/{stopped}", ADMIN),
    State("stop service", "/ops/posts/{charging}/stop", ADMIN),
    State("change the price", "/ops/posts/{charging}/price", ADMIN),
    State("limit the current", "/ops/posts/{charging}/limit", ADMIN),
    State("clear a fault", "/ops/posts/{faulty}/clear-fault", ADMIN),
    State("end a charge", "/ops/sessions/{session}/end", ADMIN),
    State("drop what is held", "/ops/sessions/{held}/drop-held", ADMIN),
    State("charges", "/ops/sessions", ADMIN),
    State("charges, none found", "/ops/sessions?state=failed", ADMIN),
    State("held", "/ops/held", ADMIN),
    State("parked", "/ops/parked", ADMIN),
    State("notices", "/ops/deliveries", ADMIN),
    State("notices, none dropped", "/ops/deliveries?state=dropped", ADMIN),
    State("dead letters", "/ops/dead", ADMIN),
    State("people", "/ops/people", ADMIN),
    State("a post that is not there", "/ops/posts/nowhere", ADMIN),
)


def filled(site: Site) -> Filled:
    free, charging, faulty, held, stopped, away = (Post.at(site, location=f"Row {number}") for number in range(6))
    with site.client() as client:
        sign_up(client)
        token = client.headers["authorization"].partition(" ")[2]
        over = charge(site, client, free, 9_300)
        free.end(over)
        site.wait_for(lambda: free.status == "ACTIVE", "the first one is over")
        session = charge(site, client, charging, 4_100)
    with site.client() as client:
        sign_up(client, "Bob")
        wrong = charge(site, client, held, 900)
    held.register_wh = 90_000_000
    held.end(wrong)
    for fault in ("weld", "moon_phase"):
        site.board_says("fault_notification", faulty.cp_id, id=faulty.cp_id, fault=fault, failure_info="seen")
    site.says("operator_request", "operator", cp_id=stopped.cp_id, action="stop", reason="the cable is cut")
    site.says("link_down", "bridge", cp_id=away.cp_id, link_id=f"link-{away.cp_id}")
    site.appends("ev.cp", charging.cp_id, b"{<script>", by="bridge")
    site.wait_for(lambda: away.status == "DISCONNECTED" and stopped.status == "STOPPED", "all is folded")
    site.wait_for(lambda: faulty.status == "FAULTY" and held.status == "ACTIVE", "all is folded")
    with notices_at(site.folder / "notices.db") as notices:
        tell(notices, "told-1", cp_id=faulty.cp_id)
        tell(notices, "told-2", cp_id=away.cp_id, event="point_silent", state="due", tries=2,
             next_try_ms=1_900_000_000_000, last_error="ConnectionError: nobody answers")
        tell(notices, "told-3", cp_id="", event="webhook_disabled", person_id="", channel="webhook",
             lane="webhook/wh_1a2b3c4d", state="failed", tries=9, last_error="it answered 500")
    posts = {"free": free, "charging": charging, "faulty": faulty, "stopped": stopped, "away": away}
    places = {name: post.cp_id for name, post in posts.items()}
    return Filled({**places, "session": session, "over": over, "held": wrong}, token)


def charge(site: Site, client: httpx.Client, post: Post, energy_wh: int) -> str:
    """Its session, with so much told of it."""
    message_id = f"{uuid4()}"
    session: str = client.post("/v1/charges", json={"message_id": message_id, "cp_id": post.cp_id}).json()["session_id"]
    post.begin(session)
    post.tell(session, energy_wh)
    site.wait_for(lambda: client.get(f"/v1/charges/{message_id}").json()["energy_wh"] == energy_wh, "it was told")
    return session
