"""What the API answers, held against what this program counts on; fields it does not know are kept in `raw`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Raw = Mapping[str, Any]

WAITING = ("pending", "requested")  # no answer of the charge point yet
OPEN = (*WAITING, "authorized", "in_progress")
FINAL = ("completed", "cancelled", "failed", "refused")


class BadAnswer(ValueError):
    """The answer is not what the API promises; the text names the field."""


def text(raw: Raw, name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str):
        raise BadAnswer(f"{name} is no text")
    return value


def text_or_none(raw: Raw, name: str) -> str | None:
    return None if raw.get(name) is None else text(raw, name)


def whole_or_none(raw: Raw, name: str) -> int | None:
    value = raw.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadAnswer(f"{name} is no whole number")
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
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
            cp_id=text(raw, "cp_id"),
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
    limits: dict[str, int]  # by the API's names, where it tells them
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
        limits = {name: whole_or_none(raw, name) for name in ("max_energy_wh", "max_duration_s", "max_cost_minor")}
        return cls(
            message_id=text(raw, "message_id"),
            session_id=text_or_none(raw, "session_id"),
            cp_id=text(raw, "cp_id"),
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
            limits={name: value for name, value in limits.items() if value is not None},
            raw=raw,
        )
