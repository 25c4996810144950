"""What a start or a checkpoint tells: its meter's account, and the session that it names.

Session energy is one meter's register at the end less its register at the start. Where the readings contradict that
(`meter_changed`, `register_fell`), the bill stops at the last reading that was sound: differences never cross meters,
nor two lives of one meter.

Sound readings are kept with their times for the one function that prices them (central/money), those between two others
only where the price, or the time that was ordered, turns between these.
"""

from central.fold import alarms, charge_point, meters
from central.fold.clock import Stamp, stamp
from central.fold.flags import (
    LOG_CLOCK_WRONG,
    METER_CHANGED,
    REGISTER_FELL,
    TIME_FROM_LOG,
    TIME_UNKNOWN,
    flag,
    has_flag,
)
from central.fold.meters import Limit, Told, Verdict
from central.fold.step import Step
from central.model.alarms import IMPLAUSIBLE_REGISTER, text_of
from central.model.records import Refused
from central.model.rows import ChargingPoint, Meter, Session
from central.money.readings import Reading, from_text, inserted, thinned, to_text
from central.money.tariff import tariff_of


def limit_of(step: Step, point: ChargingPoint) -> Limit:
    """Of a time that only a board tells as much counts as a session is waited for."""
    return Limit(point.rated_current_ma, step.terms.plant_speed, step.terms.lost_after_ms)


def told_of(step: Step, register_wh: int, at: Stamp, told_at_ms: int | None) -> Told:
    """A register that this record tells."""
    return Told(register_wh, at.at_ms, step.at_ms, told_at_ms, at.earliest_ms, step.incoming.clock_stands)


def apply_to_meter(step: Step, point: ChargingPoint, at: Stamp, *, is_fitted: bool) -> tuple[Meter, Verdict]:
    """Judge the register of this message and enter it into its meter's account. The caller puts the charge point.

    `is_fitted`: the board says by it that this is its meter now; a lone checkpoint does not, so that no register which
    nothing was held against is told to a board. Raises Refused (`implausible`): it counts as not told.
    """
    meter_id: str = step.message["meter_id"]
    told = told_of(step, step.message["register_wh"], at, step.message.get("occurred_at_ms"))
    meter, limit = step.rows.get(Meter, point.cp_id, meter_id), limit_of(step, point)
    if meter is None:
        meter, verdict = meters.opened(point.cp_id, meter_id, told), "rise"
    else:
        verdict = meters.judged(meter, told, limit)
    if verdict == "implausible":
        text = f"register_wh: {told.register_wh} after {meter.register_wh} is more than can have flowed in the time"
        raise Refused("implausible", text)
    if verdict == "rise":
        meters.raise_to(meter, told, limit)
    elif verdict == "fell":
        meters.begin_life(meter, told)
    step.rows.put(meter)
    charge_point.fit_meter(point, meter, is_fitted=is_fitted)
    return meter, verdict


def note_registered(step: Step, point: ChargingPoint, *, is_fitted: bool) -> None:
    """What a board knows of its meter at boot. A lower one was wiped, and takes Central's figure from the answer.

    `is_fitted` False: the registration sets nothing, but what its meter told has its place. Puts the charge point.
    """
    message = step.message
    if message.get("meter_id") is None:
        return
    meter = step.rows.get(Meter, point.cp_id, message["meter_id"])
    if message.get("register_wh") is not None:
        at = stamp(message, 0, step.at_ms)
        told = told_of(step, message["register_wh"], at, message.get("occurred_at_ms"))
        meter = _registered(step, point, meter, told)
    if meter is not None:
        step.rows.put(meter)
        charge_point.fit_meter(point, meter, is_fitted=is_fitted)
        step.rows.put(point)


def _registered(step: Step, point: ChargingPoint, meter: Meter | None, told: Told) -> Meter:
    if meter is None:
        return meters.opened(point.cp_id, step.message["meter_id"], told)
    limit = limit_of(step, point)
    verdict = meters.judged(meter, told, limit)
    if verdict == "rise":
        meters.raise_to(meter, told, limit)
    elif verdict == "implausible":
        places = {"meter_id": meter.meter_id, "told_wh": told.register_wh, "known_wh": meter.register_wh}
        text = text_of(IMPLAUSIBLE_REGISTER, **places)
        alarms.record(step, IMPLAUSIBLE_REGISTER, meter.meter_id, text)
    return meter


def note_clock(step: Step, session: Session, told_at_ms: int | None) -> None:
    """Keep in mind that the log's time, and maybe its board's, says nothing about how long this session took.

    `told_at_ms`: as the board stamped what it tells. Called before it is entered into its meter's account.
    """
    meter = step.rows.get(Meter, session.cp_id, step.message["meter_id"])
    known_ms = max(session.requested_at_ms, last_at_ms(session))
    if not step.incoming.clock_stands and step.at_ms >= known_ms:
        return
    flag(session, LOG_CLOCK_WRONG)
    if meter is not None and told_at_ms is not None and told_at_ms < meter.told_at_ms:
        flag(session, TIME_UNKNOWN)


def note_start(session: Session, meter: Meter, register_wh: int, at: Stamp, told_at_ms: int | None) -> None:
    """The relay closed. A start that is told twice, or after a reading that overtook it, moves no later reading."""
    if session.start_register_wh is not None or not belongs(session, meter):
        return
    session.start_register_wh = register_wh
    session.started_at_ms, session.told_started_at_ms = at.at_ms, told_at_ms
    _keep(session, Reading(at.at_ms, register_wh))
    if at.from_log:
        flag(session, TIME_FROM_LOG)


def note_checkpoint(session: Session, meter: Meter, verdict: Verdict, register_wh: int, at: Stamp) -> None:
    """A reading in mid-charge becomes the last sound one, or says why there will be no other."""
    if is_frozen(session) or not belongs(session, meter):
        return
    if verdict == "rise":
        session.last_register_wh = register_wh
        session.last_checkpoint_at_ms = at.at_ms
        _keep(session, Reading(at.at_ms, register_wh))


def belongs(session: Session, meter: Meter) -> bool:
    """Whether what this meter tells now is of the path on which the session began; flags it where it is not."""
    if session.meter_id is None:
        session.meter_id, session.meter_life = meter.meter_id, meter.life
    if session.meter_id != meter.meter_id:
        flag(session, METER_CHANGED)
    elif session.meter_life != meter.life:
        flag(session, REGISTER_FELL)
    return (session.meter_id, session.meter_life) == (meter.meter_id, meter.life)


def is_sound_live(step: Step, point: ChargingPoint, session: Session, at_ms: int) -> bool:
    """Whether telemetry tells a register that may be shown of this session: its meter's, plausible, within its time."""
    start_wh, told_wh = session.start_register_wh, step.message["register_wh"]
    if start_wh is None or session.meter_id != step.message["meter_id"]:
        return False
    ordered_until_ms = _ordered_until_ms(session)
    in_time = ordered_until_ms is None or at_ms <= ordered_until_ms
    most_wh = limit_of(step, point).most_wh(at_ms - started_at_ms(session))
    return in_time and 0 <= told_wh - start_wh <= most_wh


def is_frozen(session: Session) -> bool:
    """Its bill ends at the last sound reading, whatever comes."""
    return has_flag(session, METER_CHANGED) or has_flag(session, REGISTER_FELL)


def last_wh(session: Session) -> int | None:
    """The last sound register of the session; None where it has told none."""
    told = [each for each in (session.last_register_wh, session.start_register_wh) if each is not None]
    return max(told, default=None)


def started_at_ms(session: Session) -> int:
    return session.requested_at_ms if session.started_at_ms is None else session.started_at_ms


def last_at_ms(session: Session) -> int:
    return max(started_at_ms(session), session.last_checkpoint_at_ms or 0)


def _keep(session: Session, reading: Reading) -> None:
    tariff = tariff_of(session.tariff)
    ordered_until_ms = _ordered_until_ms(session)

    def is_needed(after_ms: int, until_ms: int) -> bool:
        is_end = ordered_until_ms is not None and after_ms < ordered_until_ms <= until_ms
        return is_end or tariff.changes_between(after_ms, until_ms)

    session.readings = to_text(thinned(inserted(from_text(session.readings), reading), is_needed))


def _ordered_until_ms(session: Session) -> int | None:
    """When the time that was ordered is over, as far as the start is known."""
    if session.max_duration_s is None:
        return None
    return started_at_ms(session) + session.max_duration_s * 1_000
