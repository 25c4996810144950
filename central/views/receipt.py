"""A receipt, from the tickets of its session."""

import json
from collections.abc import Sequence
from typing import Any

from central.money.formats import energy_kwh, money, price
from central.views.charge import Charge
from central.views.moments import iso


def receipt(charge: Charge, tickets: Sequence[tuple[int, int, str]]) -> dict[str, Any]:
    """The newest ticket, and all of them: a correction is one more, never an edit. `tickets`: as `read_tickets`."""
    identity = {name: charge[name] for name in ("message_id", "session_id", "driver_id")}
    shown = [_ticket(*ticket) for ticket in tickets]
    return {**identity, **shown[-1], "tickets": shown}


def _ticket(number: int, issued_at_ms: int, body: str) -> dict[str, Any]:
    ticket = json.loads(body)
    return {
        "number": number,
        "issued_at": iso(issued_at_ms),
        "cp_id": ticket["cp_id"],
        "meter_id": ticket["meter_id"],
        "start_register_wh": ticket["start_register_wh"],
        "end_register_wh": ticket["end_register_wh"],
        "energy_wh": ticket["energy_wh"],
        "energy_kwh": energy_kwh(ticket["energy_wh"]),
        "price_per_kwh": price(ticket["price_e4_per_kwh"]),
        "tariff_version": ticket["tariff_version"],
        "cost_minor": ticket["cost_minor"],
        "total": money(ticket["cost_minor"]),
        "currency": ticket["currency"],
        "started_at": iso(ticket["started_at_ms"]),
        "ended_at": iso(ticket["ended_at_ms"]),
        "duration_s": max(0, ticket["ended_at_ms"] - ticket["started_at_ms"]) // 1_000,
        "reason": ticket["reason"],
    }
