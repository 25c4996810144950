"""`/ops/posts/CP`: what is wrong with this one, what it did, and what can be done to it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from central.api.context import now_ms
from central.store.tables import CHARGING_POINTS, COMMANDS
from central.views.words import find_word
from central.web.languages import N_
from central.web.live import Beside, Part, PartKey
from central.web.ops.acts import DID_WORDS, POINT_ACTS, SESSION_ACTS, Act
from central.web.ops.eyes import from_text
from central.web.ops.facts import PostFacts, read_parked, read_posts
from central.web.ops.history import read_picture
from central.web.ops.overview import shown
from central.web.ops.problems import of_parked, of_posts, sorted_by_reach
from central.web.ops.words import COMMAND_STATES, ENGINE_STATES, POINT_STATES, VEHICLES

PART = "ops_post"

_POINT, _COMMAND = CHARGING_POINTS.c, COMMANDS.c
_DETAILS = (
    "board", "engine_board", "engine_state", "vehicle", "meter_id", "register_wh", "rated_current_ma", "limit_ma",
    "replaceable",
)  # fmt: skip


def read(connection: Connection, key: PartKey, beside: Beside) -> Mapping[str, Any] | None:
    eyes = from_text(key.viewer)
    cp_id, _, asked = key.subject.partition(" ")
    posts = read_posts(connection, eyes.sites, cp_id)
    if not posts:
        return None
    facts = posts[0]
    details = connection.execute(select(*(_POINT[name] for name in _DETAILS)).where(_POINT.cp_id == cp_id))
    point = dict(details.mappings().one())
    parked = read_parked(connection, eyes.sites, {cp_id})
    own = [each for each in parked if each.key == cp_id]
    problems = sorted_by_reach([*of_posts([facts.post], now_ms()), *of_parked(own)])
    return {
        "facts": facts,
        "point": point,
        "state": POINT_STATES[facts.status],
        "engine_states": ENGINE_STATES,
        "vehicles": VEHICLES,
        "problems": [shown(each, eyes.may_act) for each in problems],
        "outcome": read_outcome(connection, cp_id, asked) if asked else None,
        "acts": acts_at(facts, point["replaceable"]) if eyes.may_act else [],
        "picture": read_picture(connection, cp_id, now_ms()),
        "did_words": DID_WORDS,
        "zone": facts.zone,
        "currency": beside.currency,
    }


def acts_at(facts: PostFacts, is_replaceable: bool) -> list[tuple[str, Act, Any]]:
    """Path, act and the charge that it ends, of what makes sense there now."""
    post = facts.post
    makes_sense = {
        "stop": not post.is_stopped,
        "resume": post.is_stopped,
        "clear-fault": bool(post.faults),
        "replace": not is_replaceable,
        "keep": is_replaceable,
    }
    running = post.charges[0] if post.charges else None
    ends = [(f"/ops/sessions/{each.session_id}/end", SESSION_ACTS["end"], each) for each in post.charges]
    return ends + [
        (f"/ops/posts/{post.cp_id}/{word}", act, running if act.ends_charge else None)
        for word, act in POINT_ACTS.items()
        if makes_sense.get(word, True)
    ]


def read_outcome(connection: Connection, cp_id: str, request_id: str) -> tuple[str, str]:
    """What became of a request: that it was sent, and what the board says of it; texts to be said."""
    word = find_word(connection, request_id)
    if word is None or word.cp_id != cp_id:
        return N_("It is in the log."), N_("It is not carried out yet.")
    acts = {act.action.name: act for act in (*POINT_ACTS.values(), *SESSION_ACTS.values())}
    act = acts.get(word.action)
    if act is None or act.command is None:
        return (N_("It is done.") if act is None else act.sent), ""
    newest = select(_COMMAND.state).where(_COMMAND.cp_id == cp_id, _COMMAND.kind == act.command)
    state = connection.execute(newest.order_by(_COMMAND.seq.desc()).limit(1)).scalar_one_or_none()
    return act.sent, COMMAND_STATES[state] if state is not None else ""


PARTS = {PART: Part("ops/post_now.html", read)}
