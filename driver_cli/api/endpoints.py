"""What Central is asked, a function for each endpoint of its API, and a refusal as the end of the command."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import quote
from uuid import uuid4

from driver_cli.api import retry
from driver_cli.api.answers import Charge, ChargePoint, Raw
from driver_cli.api.errors import BadAnswer, Refused
from driver_cli.api.receipts import Receipt
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.words.reasons import refusal

if TYPE_CHECKING:
    from driver_cli.api.client import Api

NOT_FOUND = 404
NO_DRIVER = ("unknown_driver", "no_token", "bad_token")
RECEIPT_PATIENCE_S = 10.0  # the ticket goes through the log once more
MAX_LISTED = 200  # charges asked for at once
MAX_PAGES = 200  # of a list; far more than anybody has charge points
T = TypeVar("T")


def read(kind: Callable[[Raw], T], raw: object) -> T:
    """The answer as `kind`. Raises Failure (UNAVAILABLE) where it is not what the API promises."""
    try:
        if not isinstance(raw, dict):
            raise BadAnswer("it is no object")
        return kind(cast("Raw", raw))
    except BadAnswer as error:
        raise _unreadable(str(error)) from None


def read_list(kind: Callable[[Raw], T], answer: Raw, name: str) -> list[T]:
    """As `read`, of the list under this name."""
    listed = answer.get(name)
    if not isinstance(listed, list):
        raise _unreadable(f"{name} is no list")
    return [read(kind, each) for each in cast("list[object]", listed)]


def _unreadable(what: str) -> Failure:
    text = f"Wattline's answer cannot be read ({what}); update wattline, or check --api and WATTLINE_API"
    return Failure(ExitCode.UNAVAILABLE, "bad_answer", text)


def failure_of(refused: Refused, cp_id: str = "") -> Failure:
    """A refusal of the API as the end of the command."""
    if refused.code in NO_DRIVER:
        return Failure(ExitCode.NOT_REGISTERED, refused.code, refusal(refused.code, cp_id))
    where = f"{refused.field}: " if refused.field and not refused.message.startswith(refused.field) else ""
    return Failure(ExitCode.REFUSED, refused.code, f"Wattline refused: {where}{refused.message}")


def charge_points(api: "Api") -> list[ChargePoint]:
    """All of them, page by page. Raises Failure."""
    found: list[ChargePoint] = []
    parameters: dict[str, str | int] = {}
    for _ in range(MAX_PAGES):
        try:
            answer = api.get("/v1/charge-points", **parameters)
        except Refused as refused:
            raise failure_of(refused) from None
        found += read_list(ChargePoint.of, answer, "charge_points")
        further = answer.get("next")
        if not isinstance(further, str):
            break
        parameters = {"cursor": further}
    return found


def charge_point(api: "Api", cp_id: str) -> ChargePoint:
    """Raises Failure (REFUSED) where there is none."""
    try:
        return read(ChargePoint.of, api.get(f"/v1/charge-points/{quote(cp_id, safe='')}"))
    except Refused as refused:
        if refused.status != NOT_FOUND:
            raise failure_of(refused, cp_id) from None
        raise Failure(ExitCode.REFUSED, "unknown_charge_point", refusal("unknown_charge_point", cp_id)) from None


def charges_of(api: "Api", driver_id: str, *, limit: int, only_open: bool = False) -> list[Charge]:
    """Newest first."""
    parameters: dict[str, str | int] = {"limit": limit, **({"open": 1} if only_open else {})}
    try:
        answer = api.get(f"/v1/drivers/{quote(driver_id, safe='')}/charges", **parameters)
    except Refused as refused:
        raise failure_of(refused) from None
    return read_list(Charge.of, answer, "charges")


def charge_or_none(api: "Api", driver_id: str, message_id: str) -> Charge | None:
    """None where Wattline does not know it as this driver's."""
    try:
        return read(Charge.of, api.get(_path(message_id), driver_id=driver_id))
    except Refused as refused:
        if refused.status != NOT_FOUND:
            raise failure_of(refused) from None
        return None


def receipt(api: "Api", driver_id: str, charge: Charge) -> Receipt:
    """The receipt, which may follow the end of the charge by a moment. Raises Failure."""
    deadline_s = api.timing.monotonic_s() + RECEIPT_PATIENCE_S
    attempt = 0
    while True:
        try:
            return read(Receipt.of, api.get(f"{_path(charge.message_id)}/receipt", driver_id=driver_id))
        except Refused as refused:
            if refused.code != "not_finished" or not charge.final or api.timing.monotonic_s() > deadline_s:
                raise failure_of(refused, charge.cp_id) from None
        api.timing.sleep_s(retry.pause_s(attempt, api.timing.jitter()))
        attempt += 1


def stop_charge(api: "Api", driver_id: str, charge: Charge) -> Charge:
    """Asks for its end, which comes when the charge point has answered. Raises Failure."""
    body = {"message_id": str(uuid4()), "driver_id": driver_id}
    try:
        return read(Charge.of, api.post(f"{_path(charge.message_id)}/stop", body))
    except Refused as refused:
        raise failure_of(refused, charge.cp_id) from None


def _path(message_id: str) -> str:
    return f"/v1/charges/{quote(message_id, safe='')}"
