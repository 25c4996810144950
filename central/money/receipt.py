"""A receipt: what a driver has bought, once and for all. A correction is one more receipt with the next number.

The log carries it as a `ticket` message with these fields under these names, Tickets keeps that message, and
`central/views/receipt.py` shows it.
"""

from dataclasses import asdict, dataclass, fields

from central.model.records import Message
from central.model.rows import Session
from central.money.price_per_kwh import PricePerKwh
from central.money.tariff import text_of


@dataclass(frozen=True)
class Receipt:
    """`tariff`: the terms' document. `location`: of the charge point then. `fault`: the name of what ended it, if so.

    `max_...`: what was ordered. `estimated`: True where no voltage was measured, else None.
    """

    cp_id: str
    session_id: str
    driver_id: str
    number: int
    meter_id: str
    start_register_wh: int
    end_register_wh: int
    energy_wh: int
    cost_minor: int
    started_at_ms: int
    ended_at_ms: int
    reason: str
    tariff: str
    location: str | None = None
    fault: str | None = None
    max_energy_wh: int | None = None
    max_duration_s: int | None = None
    max_cost_minor: int | None = None
    estimated: bool | None = None

    @property
    def duration_s(self) -> int:
        return max(0, self.ended_at_ms - self.started_at_ms) // 1_000


NAMES = tuple(each.name for each in fields(Receipt))
_OWN = ("number", "location", "estimated")  # all else is the session's


def receipt_of(
    session: Session, number: int, location: str, billed_wh: int = 0, billed_minor: int = 0,
    estimated: bool | None = None,
) -> Receipt:
    """Of a session that is billed: what it is billed more than earlier receipts of it, which made these two figures."""
    of_session = {name: getattr(session, name) for name in NAMES if name not in _OWN}
    of_session["start_register_wh"] += billed_wh
    of_session["energy_wh"] -= billed_wh
    of_session["cost_minor"] -= billed_minor
    return Receipt(**of_session, number=number, location=location, estimated=estimated)


def to_ticket(receipt: Receipt) -> Message:
    """The fields of the message."""
    return {name: value for name, value in asdict(receipt).items() if value is not None}


def from_ticket(ticket: Message) -> Receipt:
    told = {name: ticket[name] for name in NAMES if ticket.get(name) is not None}
    if "tariff" not in told:
        told["tariff"] = _old_tariff(ticket)
    return Receipt(**told)


def _old_tariff(ticket: Message) -> str:
    """Tickets said before the tariff was a document have a price instead."""
    return text_of(PricePerKwh(ticket["currency"], ticket["price_e4_per_kwh"]))
