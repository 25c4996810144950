"""A receipt as it is shown, from the tickets of its session."""

import json
from typing import Any

from sqlalchemy import Connection

from central.money.formats import energy_kwh, money, price
from central.money.receipt import from_ticket
from central.money.tariff import tariff_of
from central.views.charge import Charge
from central.views.moments import iso
from central.views.queries import read_driver, read_tickets


def read_receipt(connection: Connection, charge: Charge) -> dict[str, Any] | None:
    """What all tickets of a charge make together, and each of them: a correction is one more, never an edit.

    None before there is one.
    """
    tickets = [_ticket(*ticket) for ticket in read_tickets(connection, charge["session_id"])]
    if not tickets:
        return None
    identity = {name: charge[name] for name in ("message_id", "session_id", "driver_id")}
    driver = read_driver(connection, charge["driver_id"])
    name = driver[0] if driver is not None else None
    return {**identity, "driver_name": name, **tickets[-1], **_together(tickets), "tickets": tickets}


def _together(tickets: list[dict[str, Any]]) -> dict[str, Any]:
    energy_wh = sum(each["energy_wh"] for each in tickets)
    cost_minor = sum(each["cost_minor"] for each in tickets)
    return {
        "start_register_wh": tickets[0]["start_register_wh"],
        "energy_wh": energy_wh,
        "energy_kwh": energy_kwh(energy_wh),
        "cost_minor": cost_minor,
        "total": money(cost_minor),
    }


def _ticket(number: int, issued_at_ms: int, body: str) -> dict[str, Any]:
    receipt = from_ticket(json.loads(body))
    tariff = tariff_of(receipt.tariff)
    return {
        "number": number,
        "issued_at": iso(issued_at_ms),
        "cp_id": receipt.cp_id,
        "location": receipt.location,
        "meter_id": receipt.meter_id,
        "start_register_wh": receipt.start_register_wh,
        "end_register_wh": receipt.end_register_wh,
        "energy_wh": receipt.energy_wh,
        "energy_kwh": energy_kwh(receipt.energy_wh),
        "estimated": receipt.estimated is True,
        "price_per_kwh": price(tariff.price_e4),
        "tariff_version": tariff.version,
        "tariff": tariff.document(),
        "cost_minor": receipt.cost_minor,
        "total": money(receipt.cost_minor),
        "currency": tariff.currency,
        "max_energy_wh": receipt.max_energy_wh,
        "max_duration_s": receipt.max_duration_s,
        "max_cost_minor": receipt.max_cost_minor,
        "started_at": iso(receipt.started_at_ms),
        "ended_at": iso(receipt.ended_at_ms),
        "duration_s": receipt.duration_s,
        "reason": receipt.reason,
        "fault": receipt.fault,
    }
