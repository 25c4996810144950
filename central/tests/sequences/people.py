"""What drivers, cars, operators and time do on an ordinary day."""

from random import Random
from typing import Any

from central.model.rows import Fault, Session
from central.tests.sequences.acts import ActKind, Args, Table
from central.tests.sequences.world import DRIVERS, World

SECOND_MS = 1_000
POWERS_W = (2_300, 7_400, 11_000)
LIMITS: tuple[dict[str, Any], ...] = (
    {}, {}, {}, {"max_energy_wh": 1_500}, {"max_energy_wh": 1}, {"max_cost_minor": 30}, {"max_duration_s": 900},
    {"price_per_kwh": 0.25}, {"price_per_kwh": 0.1},
)  # fmt: skip


def post_of(random: Random) -> int:
    return random.randint(1, 3)


def one(random: Random) -> Args:
    return (post_of(random),)


# --- drivers and cars ---


def _ask(world: World, driver: str, post: int, request: str, limits: dict[str, Any]) -> None:
    world.ask(driver, world.post(post).cp_id, request, **limits)


def _draw_ask(random: Random) -> Args:
    return random.choice(DRIVERS), post_of(random), f"r{random.randrange(40)}", random.choice(LIMITS)


def _charge(world: World, driver: str, post: int, request: str, limits: dict[str, Any], wants_wh: int) -> None:
    """As it should be: the car is there, the driver asks, and current flows."""
    world.post(post).engine.plug(11_000, wants_wh)
    world.ask(driver, world.post(post).cp_id, request, **limits)


def _draw_charge(random: Random) -> Args:
    return *_draw_ask(random), random.choice((500, 3_000, 20_000))


def _stop(world: World, back: int) -> None:
    if back < len(world.sessions):
        driver, _, session = world.sessions[-1 - back]
        world.say("api", "charge_stop_request", driver_id=driver, session_id=session)


def _plug(world: World, post: int, power_w: int, wants_wh: int) -> None:
    world.post(post).engine.plug(power_w, wants_wh)


def _unplug(world: World, post: int) -> None:
    world.post(post).engine.unplug()


# --- operators ---


def operate(world: World, post: int, action: str, **fields: Any) -> None:
    world.say("operator", "operator_request", cp_id=world.post(post).cp_id, action=action, **fields)


def _change_price(world: World, post: int, price: float) -> None:
    operate(world, post, "price_change", price_per_kwh=price)


def _decide_held(world: World, nth: int, action: str) -> None:
    _decide(world, nth, action, [row for row in world.rows_of(Session) if row.held_wh], "session_id")


def _end_session(world: World, nth: int) -> None:
    open_rows = [row for row in world.rows_of(Session) if row.ended_at_ms is None]
    _decide(world, nth, "end_session", open_rows, "session_id")


def _clear_fault(world: World, nth: int) -> None:
    _decide(world, nth, "clear_fault", [row for row in world.rows_of(Fault) if row.cleared_at_ms is None], "fault")


def _decide(world: World, nth: int, action: str, rows: list[Any], name: str) -> None:
    """About one of the rows that the operator sees."""
    if rows:
        row = rows[nth % len(rows)]
        told = {"cp_id": row.cp_id, "action": action, name: getattr(row, name)}
        world.say("operator", "operator_request", **told)


def _wait(world: World, seconds: int) -> None:
    world.advance(seconds * SECOND_MS)


OPERATOR_SAYS = ("stop", "resume", "resume", "reset", "limit", "maintenance")

PEOPLE: Table = {
    "charge": ActKind(14, "{0} plugs in at post {1} and asks for a charge ({2} {3}, the car wants {4} Wh)",
                      _draw_charge, _charge),
    "ask": ActKind(6, "{0} asks for a charge at post {1} ({2} {3})", _draw_ask, _ask),
    "stop": ActKind(7, "whoever asked {0} requests ago stops that charge", lambda r: (r.randrange(3),), _stop),
    "plug": ActKind(5, "a car plugs in at post {0}: {1} W, wants {2} Wh",
                    lambda r: (post_of(r), r.choice(POWERS_W), r.choice((300, 2_000, 15_000))), _plug),
    "unplug": ActKind(5, "the car at post {0} unplugs", one, _unplug),
    "operator": ActKind(5, "the operator says {1} to post {0}",
                        lambda r: (post_of(r), r.choice(OPERATOR_SAYS)), operate),
    "decide held": ActKind(2, "of what is held the operator says of number {0}: {1}",
                           lambda r: (r.randrange(9), r.choice(("accept_held", "drop_held"))), _decide_held),
    "end session": ActKind(1, "the operator ends session {0} of those that are open", lambda r: (r.randrange(9),),
                           _end_session),
    "clear fault": ActKind(1, "the operator clears fault {0} of those that are open", lambda r: (r.randrange(9),),
                           _clear_fault),
    "price": ActKind(1, "the operator sets the price of post {0} to {1}",
                     lambda r: (post_of(r), r.choice((0.1, 0.25, 0.3))), _change_price),
    "wait a moment": ActKind(12, "{0} s pass", lambda r: (r.randint(1, 20),), _wait),
    "wait minutes": ActKind(12, "{0} s pass", lambda r: (r.randint(60, 900),), _wait),
    "wait an hour": ActKind(3, "{0} s pass", lambda r: (r.randint(1_800, 7_200),), _wait),
    "wait a day": ActKind(1, "{0} s pass", lambda r: (r.choice((50_000, 90_000)),), _wait),
}  # fmt: skip
