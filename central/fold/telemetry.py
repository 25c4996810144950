"""Live figures and signs of life. They have tables of their own: no session and no money is made of them."""

from wire.kinds import TELEMETRY

from central.fold import charge_point
from central.fold.clock import stamp
from central.fold.readings import is_sound_live
from central.fold.step import Step
from central.model.curve import Curve, Point, points_from, text_of
from central.model.driver_rows import PowerCurve
from central.model.rows import ChargingPoint, LastSeen, LiveCharge, LiveFigures, Session
from central.model.states import IN_PROGRESS


def handle_heartbeat_message(step: Step) -> None:
    note_seen(step)


def handle_charging_data(step: Step) -> None:
    """The newest counts, and of a session the highest register. By MQTT it is no sign of life.

    Raises Refused (`unknown_charge_point`).
    """
    point = charge_point.of(step)
    message = step.message
    at_ms = stamp(message, 0, step.at_ms).at_ms
    _note_charge(step, point, at_ms)
    shown = step.rows.get(LiveFigures, step.key)
    if shown is not None and shown.at_ms > at_ms:
        return
    step.rows.put(
        LiveFigures(
            cp_id=step.key,
            at_ms=at_ms,
            session_id=message.get("session_id"),
            state=message["state"],
            register_wh=message["register_wh"],
            session_energy_wh=message["session_energy_wh"],
            power_w=message["power_w"],
            current_ma=message["current_ma"],
            voltage_mv=message["voltage_mv"],
            limit_ma=message["limit_ma"],
            temperature_mc=message.get("temperature_mc"),
        )
    )


def _note_charge(step: Step, point: ChargingPoint, at_ms: int) -> None:
    message = step.message
    session = step.rows.get(Session, message.get("session_id") or "")
    if session is None or session.status != IN_PROGRESS:
        return
    if not is_sound_live(step, point, session, at_ms):
        return
    _note_power(step, session, at_ms)
    shown = step.rows.get(LiveCharge, session.session_id)
    if shown is None or shown.register_wh < message["register_wh"]:
        step.rows.put(LiveCharge(session.session_id, step.key, at_ms, message["register_wh"]))


def _note_power(step: Step, session: Session, at_ms: int) -> None:
    """Of a charge's time alone, so that its curve begins where it began."""
    if session.started_at_ms is None or at_ms < session.started_at_ms:
        return
    row = step.rows.get(PowerCurve, session.session_id)
    curve = Curve() if row is None else Curve(row.spacing_ms, points_from(row.points))
    told = curve.told(Point(at_ms, max(0, step.message["power_w"])))
    if told != curve:
        step.rows.put(PowerCurve(session.session_id, step.key, at_ms, told.spacing_ms, text_of(told.points)))


def note_seen(step: Step) -> None:
    """A sign of life on the charge point's own line, at the record's time."""
    seen = step.rows.get(LastSeen, step.key) or LastSeen(step.key)
    if step.incoming.topic == TELEMETRY:
        seen.heartbeat_at_ms = step.at_ms
    else:
        seen.logged_at_ms = step.at_ms
    step.rows.put(seen)
