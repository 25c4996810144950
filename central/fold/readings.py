"""Registers into energy: what a session's readings bill, and what they cannot.

Session energy is one meter's register at the end less its register at the start. Where the readings contradict that,
the bill stops at the last reading that was sound, and a flag says why:

- `meter_changed`, `register_fell`: the last reading before; differences never cross meters.
- `held`: a rise beyond what the relay can carry in the time. All beyond the last plausible reading (with no checkpoint
  between: everything) is `held_wh`, for the operator to decide. A split at the limit would bill a wrong register.

A charge point does not say how many phases it has, so its rated current counts on three at 250 V, and a tenth more.

Sound readings are kept with their times for the one function that prices them (central/money), those between two others
only where the price, or the time that was ordered, turns between these.
"""

from dataclasses import dataclass

from central.fold.clock import Stamp
from central.model.rows import ChargingPoint, Message, Session
from central.money.readings import Reading, Readings, from_text, inserted, spanning, thinned, to_text
from central.money.tariff import tariff_of

RATED_IF_UNKNOWN_MA = 80_000
_VOLTS_3_PHASES_AND_A_TENTH = 825  # 3 x 250 V x 1.1
_SLACK_MS = 10_000  # a reading is as old as the newest flash checkpoint at most
_PER_WH = 1_000 * 3_600_000  # mA and ms in A and h


@dataclass(frozen=True)
class Bill:
    """From register to register, both of one meter; `held_wh` was told beyond the end. The order may end it sooner."""

    start_register_wh: int
    end_register_wh: int
    held_wh: int


def flag(session: Session, name: str) -> None:
    names = {each for each in session.flags.split(",") if each}
    session.flags = ",".join(sorted(names | {name}))


def has_flag(session: Session, name: str) -> bool:
    return name in session.flags.split(",")


def most_wh(point: ChargingPoint, duration_ms: int, plant_speed: int) -> int:
    """The most that can flow in this time, rounded up to the register's step."""
    rated_ma = point.rated_current_ma or RATED_IF_UNKNOWN_MA
    metered_ms = (duration_ms + _SLACK_MS) * plant_speed
    return rated_ma * _VOLTS_3_PHASES_AND_A_TENTH * metered_ms // _PER_WH + 1


def note_start(session: Session, message: Message, stamp: Stamp) -> None:
    """The relay closed. A start that is told twice, or after a reading that overtook it, moves no later reading."""
    if session.start_register_wh is not None:
        return
    session.meter_id = session.meter_id or message["meter_id"]
    if session.meter_id != message["meter_id"]:
        flag(session, "meter_changed")
        return
    session.start_register_wh = message["register_wh"]
    session.started_at_ms = stamp.at_ms
    _keep(session, Reading(stamp.at_ms, message["register_wh"]))
    if stamp.from_log:
        flag(session, "time_from_log")


def note_checkpoint(session: Session, point: ChargingPoint, message: Message, stamp: Stamp, plant_speed: int) -> None:
    """A reading in mid-charge becomes the last sound one, or says why there will be no other.

    One may be overtaken by a newer: a lower register counts as fallen only where the board says it was read later.
    """
    if has_flag(session, "meter_changed") or has_flag(session, "register_fell"):
        return
    session.meter_id = session.meter_id or message["meter_id"]
    if session.meter_id != message["meter_id"]:
        flag(session, "meter_changed")
    elif message["register_wh"] < _last_wh(session, 0):
        if not stamp.from_log and stamp.at_ms > _last_at_ms(session):
            flag(session, "register_fell")
    elif _is_plausible(session, point, message["register_wh"], stamp.at_ms - _started_at_ms(session), plant_speed):
        session.last_register_wh = message["register_wh"]
        session.last_checkpoint_at_ms = stamp.at_ms
        _keep(session, Reading(stamp.at_ms, message["register_wh"]))


def bill(session: Session, point: ChargingPoint, message: Message, duration_ms: int, plant_speed: int) -> Bill:
    """What a charge_completion bills; flags the session where that is not all it told."""
    if session.start_register_wh is None and session.meter_id in (None, message["meter_id"]):
        session.start_register_wh = message["start_register_wh"]
    session.meter_id = session.meter_id or message["meter_id"]
    told_wh: int = message["end_register_wh"]
    start_wh = _start_wh(session)
    last_wh = max(_last_wh(session, start_wh), start_wh)
    if session.meter_id != message["meter_id"]:
        flag(session, "meter_changed")
    elif told_wh < last_wh:
        flag(session, "register_fell")
    if has_flag(session, "meter_changed") or has_flag(session, "register_fell"):
        return Bill(start_wh, last_wh, 0)
    if not _is_plausible(session, point, told_wh, duration_ms, plant_speed):
        flag(session, "held")
        return Bill(start_wh, last_wh, told_wh - last_wh)
    return Bill(start_wh, told_wh, 0)


def bill_last(session: Session) -> Bill:
    """What a session bills whose end is not known: up to its last sound reading."""
    start_wh = _start_wh(session)
    return Bill(start_wh, max(_last_wh(session, start_wh), start_wh), 0)


def priced(session: Session, bill: Bill, ended_at_ms: int) -> Readings:
    """The readings that a bill is made of, before the order bounds it."""
    start = Reading(_started_at_ms(session), bill.start_register_wh)
    return spanning(start, from_text(session.readings), Reading(ended_at_ms, bill.end_register_wh))


def note_late(session: Session, message: Message) -> None:
    """Energy told after the books were closed: never billed by itself, kept in `unbilled_wh`."""
    if session.meter_id is None:
        session.meter_id = message["meter_id"]
    if session.start_register_wh is None:
        session.start_register_wh = message.get("start_register_wh", message.get("register_wh"))
    if session.meter_id != message["meter_id"]:
        flag(session, "meter_changed")
        return
    told_wh = register_of(message)
    closed_wh = _start_wh(session) if session.end_register_wh is None else session.end_register_wh + session.held_wh
    # What the order left unbilled lies right above the bill's end, so it is told again, not in addition.
    if told_wh - closed_wh > session.unbilled_wh:
        session.unbilled_wh = told_wh - closed_wh
        flag(session, "late")


def register_of(message: Message) -> int:
    """The newest register that a start, a checkpoint or a completion tells."""
    return message["end_register_wh"] if message["type"] == "charge_completion" else message["register_wh"]


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
    return _started_at_ms(session) + session.max_duration_s * 1_000


def is_sound_live(session: Session, point: ChargingPoint, message: Message, at_ms: int, plant_speed: int) -> bool:
    """Whether telemetry tells a register that may be shown of this session: its meter's, plausible, within its time."""
    start_wh = session.start_register_wh
    if start_wh is None or session.meter_id != message["meter_id"]:
        return False
    ordered_until_ms = _ordered_until_ms(session)
    in_time = ordered_until_ms is None or at_ms <= ordered_until_ms
    told_wh: int = message["register_wh"]
    duration_ms = max(0, at_ms - _started_at_ms(session))
    return in_time and told_wh >= start_wh and _is_plausible(session, point, told_wh, duration_ms, plant_speed)


def _is_plausible(session: Session, point: ChargingPoint, told_wh: int, duration_ms: int, plant_speed: int) -> bool:
    start_wh = session.start_register_wh
    return start_wh is None or told_wh - start_wh <= most_wh(point, duration_ms, plant_speed)


def _start_wh(session: Session) -> int:
    """Where no start was ever told, what flowed is not known, and the last reading stands for it: nothing is billed."""
    start_wh = session.start_register_wh
    return start_wh if start_wh is not None else _last_wh(session, 0)


def _last_wh(session: Session, otherwise: int) -> int:
    readings = (session.last_register_wh, session.start_register_wh)
    return max((each for each in readings if each is not None), default=otherwise)


def _started_at_ms(session: Session) -> int:
    return session.requested_at_ms if session.started_at_ms is None else session.started_at_ms


def _last_at_ms(session: Session) -> int:
    return max(_started_at_ms(session), session.last_checkpoint_at_ms or 0)
