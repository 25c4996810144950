"""Live figures and signs of life. They have tables of their own: no session and no money is made of them."""

from central.fold import point
from central.fold.clock import stamp
from central.fold.step import Step
from central.model.rows import LastSeen, LiveFigures


def handle_heartbeat_message(step: Step) -> None:
    note_seen(step)


def handle_charging_data(step: Step) -> None:
    """The newest counts. By MQTT it is no sign of life. Raises Refused (`unknown_charge_point`)."""
    point.of(step)
    message = step.message
    at_ms = stamp(message, 0, step.at_ms).at_ms
    shown = step.rows.get(LiveFigures, step.key)
    if shown is not None and shown.at_ms > at_ms:
        return
    step.rows.put(
        LiveFigures(
            cp_id=step.key,
            at_ms=at_ms,
            session_id=message.get("session_id"),
            state=message["state"],
            register_wh=message["register_wh"],
            session_energy_wh=message["session_energy_wh"],
            power_w=message["power_w"],
            current_ma=message["current_ma"],
            voltage_mv=message["voltage_mv"],
            limit_ma=message["limit_ma"],
            temperature_mc=message.get("temperature_mc"),
        )
    )


def note_seen(step: Step) -> None:
    """A sign of life on the charge point's own line, at the record's time; it never goes back."""
    seen = step.rows.get(LastSeen, step.key)
    if seen is None or seen.at_ms < step.at_ms:
        step.rows.put(LastSeen(step.key, step.at_ms))
