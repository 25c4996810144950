"""A receipt as the API gives it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from driver_cli.api.answers import (
    Raw,
    decimal_or_none,
    fault_or_none,
    identity,
    identity_or_none,
    limits,
    text_or_none,
    time_or_none,
    whole_or_none,
)
from driver_cli.api.errors import BadAnswer


@dataclass(frozen=True)
class Receipt:
    """Money in hundredths of the currency, energy in Wh."""

    number: int
    session_id: str
    cp_id: str
    driver_id: str
    started_at: datetime | None
    ended_at: datetime | None
    meter_id: str | None
    start_register_wh: int | None
    end_register_wh: int | None
    energy_wh: int | None
    estimated: bool  # no voltage was measured
    price_per_kwh: Decimal | None
    cost_minor: int | None
    currency: str
    reason: str | None
    duration_s: int | None
    location: str
    driver_name: str
    limits: dict[str, int]  # by the API's names
    fault: str | None  # in words
    raw: Raw = field(repr=False)

    @classmethod
    def of(cls, raw: Raw) -> "Receipt":
        """Raises BadAnswer."""
        number = whole_or_none(raw, "number")
        if number is None:
            raise BadAnswer("number is missing")
        return cls(
            number=number,
            session_id=identity(raw, "session_id"),
            cp_id=identity(raw, "cp_id"),
            driver_id=identity(raw, "driver_id"),
            started_at=time_or_none(raw, "started_at"),
            ended_at=time_or_none(raw, "ended_at"),
            meter_id=identity_or_none(raw, "meter_id"),
            start_register_wh=whole_or_none(raw, "start_register_wh"),
            end_register_wh=whole_or_none(raw, "end_register_wh"),
            energy_wh=whole_or_none(raw, "energy_wh"),
            estimated=raw.get("estimated") is True,
            price_per_kwh=decimal_or_none(raw, "price_per_kwh"),
            cost_minor=whole_or_none(raw, "cost_minor"),
            currency=text_or_none(raw, "currency") or "",
            reason=text_or_none(raw, "reason"),
            duration_s=whole_or_none(raw, "duration_s"),
            location=text_or_none(raw, "location") or "",
            driver_name=text_or_none(raw, "driver_name") or "",
            limits=limits(raw),
            fault=fault_or_none(raw),
            raw=raw,
        )
