"""The folds of a driver's key: registration, charge requests, and the one claim that a driver holds."""

from central.fold.step import Step
from central.model.ids import session_id
from central.model.records import Refused
from central.model.rows import ChargeRequest, Driver

_PASSED_ON = ("cp_id", "driver_id", "price_per_kwh", "max_energy_wh", "max_duration_s", "max_cost_minor")


def handle_driver_register(step: Step) -> None:
    driver = step.rows.get(Driver, step.key) or Driver(step.key)
    if driver.created_at_ms is None:
        driver.created_at_ms = step.at_ms
        step.rows.put(driver)


def handle_charge_request_message(step: Step) -> None:
    """Claims the charge for a known driver without another claim; refused, it is a ChargeRequest with the reason.

    Whether the charge point exists and can take it only its own key knows. A request that was made before, however
    long ago, is that request, also where it now names another charge point.
    """
    message = step.message
    if step.rows.get(ChargeRequest, step.key, message["message_id"]) is not None:
        return
    driver = step.rows.get(Driver, step.key)
    session = session_id(step.key, message["message_id"])
    request = ChargeRequest(message["message_id"], step.key, message["cp_id"], session, "claimed", None, step.at_ms)
    request.reason = _refusal(driver)
    if driver is None or request.reason is not None:
        request.state = "refused"
    else:
        driver.claim_session_id, driver.claim_cp_id = session, message["cp_id"]
        step.rows.put(driver)
        fields = {**{name: message.get(name) for name in _PASSED_ON}, "request_id": message["message_id"]}
        step.emit("charge_claimed", {**fields, "session_id": session, "requested_at_ms": step.at_ms})
    step.rows.put(request)


def handle_charge_stop_request(step: Step) -> None:
    """Forwarded for the driver's own session. Raises Refused (`unknown_session`)."""
    session = step.message["session_id"]
    request = _request_of(step, session)
    if request is None:
        raise Refused("unknown_session", f"{step.key} never asked for session {session}")
    if request.state != "refused":
        step.emit("charge_stop", {"cp_id": request.cp_id, "driver_id": step.key, "session_id": session})


def handle_claim_released(step: Step) -> None:
    """The charge point is done with the claim it names, and with no other."""
    message = step.message
    driver = step.rows.get(Driver, step.key)
    if driver is not None and driver.claim_session_id == message["session_id"]:
        driver.claim_session_id = driver.claim_cp_id = None
        step.rows.put(driver)
    request = _request_of(step, message["session_id"])
    if request is not None and request.state == "claimed":
        request.state = "refused" if message["outcome"] == "refused" else "released"
        request.reason = message.get("reason") or message["outcome"]
        step.rows.put(request)


def _refusal(driver: Driver | None) -> str | None:
    if driver is None or driver.created_at_ms is None:
        return "unknown_driver"
    return "already_charging" if driver.claim_session_id is not None else None


def _request_of(step: Step, session: str) -> ChargeRequest | None:
    return next(iter(step.rows.find(ChargeRequest, driver_id=step.key, session_id=session)), None)
