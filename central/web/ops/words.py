"""What states and actions are called on the operator's pages."""

from collections.abc import Mapping
from typing import NamedTuple

from central.model import states
from central.people import roles
from central.store import notice_tables
from central.web.languages import N_


class StateWord(NamedTuple):
    """`look`: the class of the style that gives it colour and shape."""

    look: str
    word: str


POINT_STATES: Mapping[str, StateWord] = {
    states.DISCONNECTED: StateWord("offline", N_("Not connected")),
    states.FAULTY: StateWord("fault", N_("Faulty")),
    states.CHARGING: StateWord("charging", N_("Charging")),
    states.STOPPED: StateWord("waiting", N_("Out of service")),
    states.ACTIVE: StateWord("ready", N_("Free")),
}

SESSION_STATES: Mapping[str, StateWord] = {
    states.REQUESTED: StateWord("waiting", N_("asked for")),
    states.AUTHORIZED: StateWord("waiting", N_("waits for the car")),
    states.IN_PROGRESS: StateWord("charging", N_("charging")),
    states.COMPLETED: StateWord("ready", N_("finished")),
    states.CANCELLED: StateWord("offline", N_("cancelled")),
    states.FAILED: StateWord("fault", N_("did not start")),
}
DELIVERY_STATES: Mapping[str, StateWord] = {
    notice_tables.DUE: StateWord("waiting", N_("waits")),
    notice_tables.SENT: StateWord("ready", N_("told")),
    notice_tables.FAILED: StateWord("fault", N_("nobody took it")),
    notice_tables.DROPPED: StateWord("offline", N_("dropped")),
}
# What a delivery tells, by the names of central/outbound/notify/events.py; a test holds the two together.
EVENTS: Mapping[str, str] = {
    "charge_started": N_("charge began"),
    "charge_ended": N_("charge ended"),
    "charge_failed": N_("charge cut short"),
    "charge_refused": N_("no charge"),
    "receipt_corrected": N_("one more receipt"),
    "fault_opened": N_("fault"),
    "fault_flapped": N_("fault came and went"),
    "fault_cleared": N_("fault gone"),
    "point_silent": N_("does not answer"),
    "point_back": N_("answers again"),
    "problem_reported": N_("driver's report"),
    "energy_held": N_("energy held"),
    "key_parked": N_("put aside"),
    "contact_check": N_("code for a contact"),
    "dead_letters": N_("messages not understood"),
    "webhook_disabled": N_("webhook wants no more"),
}
CHANNELS: Mapping[str, str] = {
    "email": N_("mail"), "ntfy": N_("ntfy"), "telegram": N_("Telegram"), "webhook": N_("webhook"),
    "webpush": N_("browser"),
}  # fmt: skip
# Why a delivery was dropped, by the names of central/outbound/notify/queue.py.
DROPPED_WHY: Mapping[str, str] = {
    "too_many": N_("too many waited already"),
    "stale": N_("it was no news any more"),
    "no_address": N_("the address is gone"),
    "no_channel": N_("the settings name no server for it"),
}
# As boards say them (docs/protocol.md).
ENGINE_STATES: Mapping[str, str] = {
    "booting": N_("starting"),
    "safe": N_("safe: waits for its monitor"),
    "idle": N_("ready"),
    "authorized": N_("waits for the car"),
    "charging": N_("charging, relay closed"),
    "finishing": N_("stopping, relay closed"),
    "faulted": N_("faulted, relay open"),
}
VEHICLES: Mapping[str, str] = {
    "unknown": N_("unknown"),
    "absent": N_("none"),
    "present": N_("plugged in"),
}
# What a board has said to the newest command.
COMMAND_STATES: Mapping[str, str] = {
    states.SENT: N_("The board has not answered yet."),
    states.ACCEPTED: N_("The board has taken it."),
    states.REFUSED: N_("The board refuses it."),
    states.EXPIRED: N_("The board did not answer in time."),
}
ROLE_WORDS: Mapping[str, str] = {
    roles.OPERATOR: N_("operator: sees and operates"),
    roles.AUDITOR: N_("auditor: sees, and changes nothing"),
    roles.ADMIN: N_("admin: everything, people too"),
    roles.DRIVER: N_("driver"),
}
SCOPE_WORDS: Mapping[str, str] = {roles.ALL: N_("all that its owner may"), roles.READ: N_("reads only")}
TOKEN_STATES: Mapping[str, str] = {"holds": N_("holds"), "revoked": N_("revoked"), "expired": N_("expired")}
