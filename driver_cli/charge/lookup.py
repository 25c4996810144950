"""Which charge a person means: by its charge point, by an id, or by an id's beginning."""

from typing import TYPE_CHECKING
from uuid import UUID

from driver_cli.api import endpoints
from driver_cli.api.answers import Charge
from driver_cli.exit_codes import ExitCode, Failure

if TYPE_CHECKING:
    from driver_cli.api.client import Api

LEAST_PREFIX = 4  # characters of an id that may stand for all of it
SEARCHED = 100  # of the newest charges


def named(api: "Api", driver_id: str, name: str, charges: list[Charge]) -> Charge | None:
    """The newest of `charges` that `name` means: a charge point, a session, a request, or an id's beginning."""
    for each in charges:
        if name in (each.cp_id, each.session_id, each.message_id):
            return each
    begun = [each for each in charges if len(name) >= LEAST_PREFIX and _begins(each, name)]
    if len(begun) > 1:
        text = f"{name} is the beginning of {len(begun)} charges; give more of it (`wattline history --json` has all)"
        raise Failure(ExitCode.USAGE, "ambiguous", text)
    return begun[0] if begun else _older(api, driver_id, name)


def _begins(charge: Charge, name: str) -> bool:
    return charge.message_id.startswith(name) or (charge.session_id or "").startswith(name)


def _older(api: "Api", driver_id: str, name: str) -> Charge | None:
    """A charge beyond those searched, by its request's id."""
    try:
        UUID(name)
    except ValueError:
        return None
    return endpoints.charge_or_none(api, driver_id, name)
