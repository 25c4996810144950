"""`/ops`: is anybody stopped, and what is to be done? Below it every charge point, where it always stands."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from central.api.context import now_ms
from central.model.alarms import places_in
from central.views.sites import NO_ZONE
from central.web.languages import N_
from central.web.live import Beside, Part, PartKey
from central.web.ops.acts import POINT_ACTS, SESSION_ACTS, UNPARK_ACT, Act
from central.web.ops.eyes import from_text
from central.web.ops.facts import PostFacts, read_day, read_parked, read_posts
from central.web.ops.problems import Problem, alarm_kind, of_parked, of_posts, sorted_by_reach, stopping
from central.web.ops.reasons import ALARMS as ALARM_DETAILS
from central.web.ops.texts import Text, text_of
from central.web.ops.words import POINT_STATES

PART = "ops"
_LOOK = N_("Look at it")


def read(connection: Connection, key: PartKey, beside: Beside) -> Mapping[str, Any]:
    eyes = from_text(key.viewer)
    posts = read_posts(connection, eyes.sites)
    parked = read_parked(connection, eyes.sites, {each.cp_id for each in posts})
    problems = sorted_by_reach([*of_posts((each.post for each in posts), now_ms()), *of_parked(parked)])
    zone = zone_of(posts)
    since_ms = midnight_ms(now_ms(), zone)
    first = beside.first_attempts(eyes.sites, since_ms)
    return {
        "posts": posts,
        "states": POINT_STATES,
        "counts": Counter(each.status for each in posts),
        "problems": [shown(each, eyes.may_act) for each in problems],
        "stopping": stopping(problems),
        "day": read_day(connection, eyes.sites, since_ms),
        "at_first": None if first is None else first.share,
        "zone": zone,
        "currency": beside.currency,
        "place": place_of(posts),
    }


def zone_of(posts: Sequence[PostFacts]) -> str:
    """The zone of the sites that are seen, where it is one."""
    zones = {each.zone for each in posts}
    return zones.pop() if len(zones) == 1 else NO_ZONE


def place_of(posts: Sequence[PostFacts]) -> str:
    """The site's name, where all that is seen is at one."""
    places = {each.site for each in posts}
    return places.pop() if len(places) == 1 else ""


def midnight_ms(at_ms: int, zone: str) -> int:
    """When the day began there."""
    there = datetime.fromtimestamp(at_ms / 1_000, ZoneInfo(zone))
    return int(there.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1_000)


def shown(problem: Problem, may_act: bool) -> Mapping[str, Any]:
    """`detail`: instead of the problem's own. `button`: a text and where it leads; None where nothing can be done from
    here, or not by him who looks.
    """
    text = text_of(problem)
    whom = text.whom_charging if problem.charge is not None and text.whom_charging else text.whom
    button, detail = _button(problem, text, may_act), _detail(problem)
    return {"problem": problem, "text": text, "whom": whom, "button": button, "detail": detail}


def _detail(problem: Problem) -> tuple[str, Mapping[str, str]] | None:
    """What an alarm tells: a text to be said, and what is filled in. None where somebody's own words tell it."""
    alarm = problem.kind.removeprefix(alarm_kind(""))
    places = places_in(alarm, problem.detail) if alarm in ALARM_DETAILS else None
    return None if places is None else (ALARM_DETAILS[alarm], places)


def _button(problem: Problem, text: Text, may_act: bool) -> tuple[str, str] | None:
    if text.action is None:
        return None
    if text.action.startswith("/"):
        return _LOOK, text.action
    if not may_act:
        return None
    act, path = _act(problem, text.action)
    return act.button, path


def _act(problem: Problem, action: str) -> tuple[Act, str]:
    if action in SESSION_ACTS and problem.charge is not None:
        return SESSION_ACTS[action], f"/ops/sessions/{problem.charge.session_id}/{action}"
    if action == "unpark":
        return UNPARK_ACT, f"/ops/parked/{problem.key}/{action}"
    return POINT_ACTS[action], f"/ops/posts/{problem.key}/{action}"


PARTS = {PART: Part("ops/overview.html", read)}
