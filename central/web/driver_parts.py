"""The parts of drivers' pages that change by themselves: the charge point that one stands before, and one's charge."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from central.api.context import now_ms
from central.model.states import COMPLETED
from central.views.charge import is_final
from central.views.own_charge import read_own_charge
from central.views.post import read_post
from central.web.live import Beside, Part, PartKey

POINT, CHARGE = "point", "charge"
OWN = "own"  # who looks at a charge: its driver


def is_over(values: Mapping[str, Any]) -> bool:
    """With its receipt, where there will be one."""
    charge = values["charge"]
    return is_final(charge) and (charge["state"] != COMPLETED or values["receipt"] is not None)


def _read_point(connection: Connection, key: PartKey, beside: Beside) -> Mapping[str, Any] | None:
    post = read_post(connection, key.subject, beside.currency)
    return None if post is None else {"post": post}


def _read_charge(connection: Connection, key: PartKey, beside: Beside) -> Mapping[str, Any] | None:
    found = read_own_charge(connection, key.subject, now_ms(), beside.currency)
    return None if found is None else {**found, "is_own": key.viewer == OWN}


PARTS: dict[str, Part] = {
    POINT: Part("driver/point_part.html", _read_point),
    CHARGE: Part("driver/charge_part.html", _read_charge, is_over),
}
