"""What somebody pressed in Home Assistant, as a message of the driver whom the home belongs to.

A command is known by who, where, what and when it was pressed. However often a broker delivers it, it is the same
message to the driver's fold, which counts it once.
"""

import json
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid5

from central.model.records import Message
from central.outbound.homes.discovery import OFF, ON

NAMESPACE = UUID("5b7d0c61-93d0-5d41-8a53-0d6e3ad2f4b8")
MOST_BYTES = 256
MOST_AGE_MS = 30_000  # nobody waits for it any more, as for any command to a board


class Unwanted(Exception):
    """The command is not carried out; the text says why, in one line."""


@dataclass(frozen=True)
class Command:
    """`at_ms`: when it was pressed, by Home Assistant's clock."""

    cp_id: str
    on: bool
    at_ms: int

    def message_id(self, driver_id: str) -> str:
        return str(uuid5(NAMESPACE, f"{driver_id}/{self.cp_id}/{self.on}/{self.at_ms}"))


def command_of(cp_id: str, payload: bytes) -> Command:
    """Raises Unwanted."""
    if len(payload) > MOST_BYTES:
        raise Unwanted(f"expected at most {MOST_BYTES} bytes, found more")
    try:
        told = json.loads(payload)
    except (ValueError, RecursionError):
        raise Unwanted(f"expected JSON, found {payload[:40]!a}") from None
    if not isinstance(told, dict):
        raise Unwanted("expected an object with charging and at_ms")
    fields = cast("dict[str, Any]", told)
    if set(fields) != {"charging", "at_ms"}:
        raise Unwanted("expected charging and at_ms, and nothing else")
    charging, at_ms = fields["charging"], fields["at_ms"]
    if charging not in (ON, OFF):
        raise Unwanted(f"charging: expected {ON} or {OFF}, found {str(charging)[:40]!a}")
    if type(at_ms) is not int:
        raise Unwanted("at_ms: expected whole milliseconds since 1970")
    return Command(cp_id, charging == ON, at_ms)


def check_age(command: Command, now_ms: int) -> None:
    """Raises Unwanted."""
    age_s = (now_ms - command.at_ms) / 1_000
    if abs(age_s) * 1_000 > MOST_AGE_MS:
        when = f"{age_s:.0f} s old" if age_s > 0 else f"{-age_s:.0f} s ahead of this machine's clock"
        raise Unwanted(f"at_ms: it is {when}; expected at most {MOST_AGE_MS // 1_000} s")


def start_of(command: Command, driver_id: str) -> Message:
    return {
        "type": "charge_request", "message_id": command.message_id(driver_id), "cp_id": command.cp_id,
        "driver_id": driver_id,
    }  # fmt: skip


def stop_of(command: Command, driver_id: str, session_id: str) -> Message:
    return {
        "type": "charge_stop_request", "message_id": command.message_id(driver_id), "driver_id": driver_id,
        "session_id": session_id,
    }  # fmt: skip
