"""The API's answers as values, each field checked; fields that this program does not know are kept in `raw`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from wire.ids import is_id

from driver_cli.api.errors import BadAnswer

Raw = Mapping[str, Any]

WAITING = ("pending", "requested")  # no answer of the charge point yet
OPEN = (*WAITING, "authorized", "in_progress")
FINAL = ("completed", "cancelled", "failed", "refused")


MAX_TEXT = 1_000  # characters; names and places are shorter
MAX_WHOLE = 1 << 62
# Digits before and after the point; no price needs more, and a number of millions of digits takes minutes to print.
MAX_DIGITS, MAX_DECIMALS = 15, 12
YEARS = (1970, 9000)  # of the calendar's ends some times do not exist in every zone
LIMITS = ("max_energy_wh", "max_duration_s", "max_cost_minor")


def text(raw: Raw, name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str):
        raise BadAnswer(f"{name} is no text")
    if len(value) > MAX_TEXT:
        raise BadAnswer(f"{name} is too long")
    return value


def text_or_none(raw: Raw, name: str) -> str | None:
    return None if raw.get(name) is None else text(raw, name)


def identity(raw: Raw, name: str) -> str:
    value = text(raw, name)
    if not is_id(value):
        raise BadAnswer(f"{name} is no id")
    return value


def identity_or_none(raw: Raw, name: str) -> str | None:
    return None if raw.get(name) is None else identity(raw, name)


def whole_or_none(raw: Raw, name: str) -> int | None:
    value = raw.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadAnswer(f"{name} is no whole number")
    if abs(value) > MAX_WHOLE:
        raise BadAnswer(f"{name} is out of bounds")
    return value


def decimal_or_none(raw: Raw, name: str) -> Decimal | None:
    value = raw.get(name)
    if value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise BadAnswer(f"{name} is no decimal number") from None
    if not number.is_finite():
        raise BadAnswer(f"{name} is no decimal number")
    exponent = number.as_tuple().exponent
    if number.adjusted() >= MAX_DIGITS or not isinstance(exponent, int) or exponent < -MAX_DECIMALS:
        raise BadAnswer(f"{name} is out of bounds")
    return number


def time_or_none(raw: Raw, name: str) -> datetime | None:
    """ISO 8601; without a zone it counts as UTC."""
    value = text_or_none(raw, name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise BadAnswer(f"{name} is no ISO 8601 time") from None
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise BadAnswer(f"{name} is out of bounds")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def limits(raw: Raw) -> dict[str, int]:
    """By the API's names, those that it tells."""
    told = {name: whole_or_none(raw, name) for name in LIMITS}
    return {name: value for name, value in told.items() if value is not None}


def fault_or_none(raw: Raw) -> str | None:
    """Which fault, in words: of {"name", "text"}, or of a name alone."""
    value = raw.get("fault")
    if not isinstance(value, dict):
        name = text_or_none(raw, "fault")
        return name and name.replace("_", " ")
    told = cast("Raw", value)
    return text_or_none(told, "text") or text(told, "name").replace("_", " ")


@dataclass(frozen=True)
class ChargePoint:
    cp_id: str
    location: str
    status: str
    price_per_kwh: Decimal | None
    currency: str
    vehicle: str | None
    power_w: int | None
    last_connection_time: datetime | None
    raw: Raw = field(repr=False)

    @classmethod
    def of(cls, raw: Raw) -> "ChargePoint":
        return cls(
            cp_id=identity(raw, "cp_id"),
            location=text_or_none(raw, "location") or "",
            status=text(raw, "status"),
            price_per_kwh=decimal_or_none(raw, "price_per_kwh"),
            currency=text(raw, "currency"),
            vehicle=text_or_none(raw, "vehicle"),
            power_w=whole_or_none(raw, "power_w"),
            last_connection_time=time_or_none(raw, "last_connection_time"),
            raw=raw,
        )


@dataclass(frozen=True)
class Charge:
    message_id: str
    session_id: str | None
    cp_id: str
    state: str
    reason: str | None
    energy_wh: int | None
    power_w: int | None
    cost_minor: int | None
    currency: str
    price_per_kwh: Decimal | None
    started_at: datetime | None
    ended_at: datetime | None
    elapsed_s: int | None
    limits: dict[str, int]
    fault: str | None  # in words
    raw: Raw = field(repr=False)

    @property
    def final(self) -> bool:
        return self.state in FINAL

    @property
    def unanswered(self) -> bool:
        """The charge point never said whether it took the start: it may charge, and holds its driver no longer."""
        return self.state == "authorized" and self.reason == "no_answer"

    @classmethod
    def of(cls, raw: Raw) -> "Charge":
        state = text(raw, "state")
        if state not in OPEN + FINAL:
            raise BadAnswer("state is none that this version of wattline knows")
        elapsed_s = decimal_or_none(raw, "elapsed_s")
        return cls(
            message_id=identity(raw, "message_id"),
            session_id=identity_or_none(raw, "session_id"),
            cp_id=identity(raw, "cp_id"),
            state=state,
            reason=text_or_none(raw, "reason"),
            energy_wh=whole_or_none(raw, "energy_wh"),
            power_w=whole_or_none(raw, "power_w"),
            cost_minor=whole_or_none(raw, "cost_minor"),
            currency=text_or_none(raw, "currency") or "",
            price_per_kwh=decimal_or_none(raw, "price_per_kwh"),
            started_at=time_or_none(raw, "started_at"),
            ended_at=time_or_none(raw, "ended_at"),
            elapsed_s=None if elapsed_s is None else int(elapsed_s),
            limits=limits(raw),
            fault=fault_or_none(raw),
            raw=raw,
        )
