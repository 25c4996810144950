"""What is known of a driver, given to him whole; and forgetting who he is. What he charged stays, as nobody's."""

from typing import Any

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from central.api.access import GuardedRoute, driver_asked_for, person_in
from central.api.context import Context, context_of, now_ms
from central.api.errors import ApiError
from central.api.told import Told
from central.model.states import COMPLETED
from central.people.contacts import read_contacts
from central.people.devices import list_devices
from central.people.register import erase as erase_person
from central.people.register import list_tokens
from central.people.roles import CHARGE, SEE_OWN
from central.people.wishes import read_wishes
from central.store.names import erase_name
from central.views.charge import charge_of
from central.views.moments import iso
from central.views.queries import list_charges, read_driver
from central.views.receipt import read_receipt
from central.views.reports import Wanted, list_reports

MOST = 10_000  # charges, reports and tokens, of one driver: a bound, far beyond what anybody has


async def export(request: Request) -> Response:
    return JSONResponse(await all_of(context_of(request), driver_asked_for(person_in(request), None)))


async def all_of(context: Context, driver_id: str) -> dict[str, Any]:
    """Everything that is known of a driver."""
    books = await context.read(lambda connection: _of_books(connection, driver_id, context.currency))
    return {**books, **await run_in_threadpool(_of_people, context, driver_id)}


async def erase(request: Request) -> Response:
    driver_id = driver_asked_for(person_in(request), None)
    await forget(context_of(request), driver_id)
    return JSONResponse({"driver_id": driver_id, "erased": True})


async def forget(context: Context, driver_id: str) -> None:
    """Name, contacts, password and tokens. Raises ApiError 409 while a charge of his runs."""
    if await context.read(lambda connection: list_charges(connection, driver_id, True, 1)):
        raise ApiError(409, "still_charging", "a charge of yours is running; stop it first, or wait for its end")
    # The name first: should this process die in between, the token still lets him ask again.
    await run_in_threadpool(_erase, context, driver_id)


def _of_books(connection: Connection, driver_id: str, currency: str) -> dict[str, Any]:
    name, created_at_ms = read_driver(connection, driver_id) or (None, None)
    rows = list_charges(connection, driver_id, False, MOST)
    charges = [charge_of(row, now_ms(), currency) for row in rows]
    receipts = [read_receipt(connection, charge) for charge in charges if charge["state"] == COMPLETED]
    return {
        "driver": {"driver_id": driver_id, "username": name, "created_at": iso(created_at_ms)},
        "charges": charges,
        "receipts": [receipt for receipt in receipts if receipt is not None],
        "reports": list_reports(connection, Wanted(driver_id=driver_id), MOST).rows,
    }


def _of_people(context: Context, driver_id: str) -> dict[str, Any]:
    with context.people.reader.connect() as connection:
        found = list_tokens(connection, MOST, driver_id).rows
        contacts = read_contacts(connection, driver_id)
        devices = list_devices(connection, driver_id)
        wishes = read_wishes(connection, driver_id)._asdict()
    tokens = [
        {
            "token_id": each["token_id"], "label": each["label"], "scope": each["scope"],
            "created_at": iso(each["created_at_ms"]), "revoked_at": iso(each["revoked_at_ms"]),
        }
        for each in found
    ]  # fmt: skip
    told = [
        {"device_id": each["device_id"], "label": each["label"], "set_at": iso(each["set_at_ms"])} for each in devices
    ]
    return {"contacts": contacts, "devices": told, "wishes": wishes, "tokens": tokens}


def _erase(context: Context, driver_id: str) -> None:
    with context.database.writer.begin() as connection:
        erase_name(connection, driver_id)
    with context.people.writer.begin() as connection:
        erase_person(connection, driver_id, now_ms())


ROUTES = [
    GuardedRoute(
        "GET", "/v1/me/data", export, SEE_OWN,
        Told("All that is known of a driver.", "OwnData", errors=((400, "missing_field"),)),
    ),
    GuardedRoute(
        "POST", "/v1/me/erase", erase, CHARGE,
        Told("Forget who a driver is; what was charged stays, as nobody's.", "Erased",
             errors=((409, "still_charging"),)),
    ),
]  # fmt: skip
