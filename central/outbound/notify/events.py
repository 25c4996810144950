"""What people are told of, one row an event: who hears it, for how long it is news, and its words.

English stands here; central/words/ says the same in the other languages.
"""

from collections.abc import Mapping
from typing import NamedTuple

from central.people import roles
from central.people.contacts import CHANNELS as BY_ADDRESS
from central.people.devices import PUSH
from central.words.languages import N_

# Audiences. Operators: those who serve the charge point's site, admins among them.
# Its own: who wrote a contact down, and whose it may be.
DRIVER, OPERATORS, ITS_OWN, NOBODY = "driver", "operators", "its own", "nobody"

# By what a person may be told: addresses of his, and browsers.
CHANNELS = (*BY_ADDRESS, PUSH)
MIN_S, HOUR_S = 60, 3_600


class Event(NamedTuple):
    """`news_for_s`: what could not be told within this is dropped. `urgent`: it stops people from charging.

    `link`: the page that says more; `title`, `body`: with the places of wording.py.
    """

    audience: str
    news_for_s: int
    urgent: bool
    title: str
    body: str
    link: str
    channels: tuple[str, ...] = CHANNELS


_CHARGE, _POST = "/c/%(session)s", "/ops/posts/%(cp)s"

CHARGE_STARTED = "charge_started"
CHARGE_ENDED = "charge_ended"
CHARGE_FAILED = "charge_failed"
CHARGE_REFUSED = "charge_refused"
RECEIPT_CORRECTED = "receipt_corrected"
FAULT_OPENED = "fault_opened"
FAULT_FLAPPED = "fault_flapped"
FAULT_CLEARED = "fault_cleared"
POINT_SILENT = "point_silent"
POINT_BACK = "point_back"
KEY_PARKED = "key_parked"
WEBHOOK_DISABLED = "webhook_disabled"
PROBLEM_REPORTED = "problem_reported"
ENERGY_HELD = "energy_held"
DEAD_LETTERS = "dead_letters"
CONTACT_CHECK = "contact_check"

EVENTS: Mapping[str, Event] = {
    CHARGE_STARTED: Event(
        DRIVER, 30 * MIN_S, False, N_("Charging at %(cp)s"), N_("Energy flows at %(cp)s since %(time)s."), _CHARGE
    ),
    CHARGE_ENDED: Event(
        DRIVER, 24 * HOUR_S, False, N_("Charged %(energy)s for %(cost)s"),
        N_("Your charge at %(cp)s ended at %(time)s: %(energy)s for %(cost)s."), _CHARGE,
    ),
    CHARGE_FAILED: Event(
        DRIVER, 24 * HOUR_S, False, N_("Your charge at %(cp)s was cut short"),
        N_("It ended at %(time)s, since something went wrong at the charge point: %(energy)s for %(cost)s. Is your "
           "car full enough?"), _CHARGE,
    ),
    CHARGE_REFUSED: Event(
        DRIVER, 30 * MIN_S, False, N_("No charge at %(cp)s"),
        N_("%(cp)s did not start your charge. Nothing is billed; please try another charge point."), _CHARGE,
    ),
    RECEIPT_CORRECTED: Event(
        DRIVER, 7 * 24 * HOUR_S, False, N_("One more receipt for your charge at %(cp)s"),
        N_("%(energy)s more were metered than the first receipt said: %(cost)s are added."), _CHARGE,
    ),
    FAULT_OPENED: Event(
        OPERATORS, 6 * HOUR_S, True, N_("%(cp)s is faulty: %(fault)s"),
        N_("%(cp)s has the fault %(fault)s since %(time)s. Nobody can charge there."), _POST,
    ),
    FAULT_FLAPPED: Event(
        OPERATORS, 6 * HOUR_S, False, N_("%(cp)s: %(fault)s came and went"),
        N_("%(cp)s had the fault %(fault)s for a moment, %(times)s times since %(time)s."), _POST,
    ),
    FAULT_CLEARED: Event(
        OPERATORS, 6 * HOUR_S, False, N_("%(cp)s is well again: no %(fault)s"),
        N_("The fault %(fault)s of %(cp)s is gone since %(time)s; it came %(times)s times."), _POST,
    ),
    POINT_SILENT: Event(
        OPERATORS, 6 * HOUR_S, True, N_("%(cp)s does not answer"),
        N_("%(cp)s has not been heard since %(time)s. Nobody can begin a charge there."), _POST,
    ),
    POINT_BACK: Event(
        OPERATORS, 6 * HOUR_S, False, N_("%(cp)s answers again"), N_("%(cp)s is heard again since %(time)s."), _POST
    ),
    KEY_PARKED: Event(
        OPERATORS, 24 * HOUR_S, True, N_("What is told of %(cp)s waits for you"),
        N_("A message of %(cp)s could not be taken in, so that it and all later ones wait since %(time)s."), "/ops",
    ),
    PROBLEM_REPORTED: Event(
        OPERATORS, 24 * HOUR_S, False, N_("A driver reports a problem at %(cp)s"),
        N_("Of a charge at %(cp)s somebody wrote at %(time)s: %(said)s"), _POST,
    ),
    ENERGY_HELD: Event(
        OPERATORS, 7 * 24 * HOUR_S, False, N_("%(energy)s of a charge at %(cp)s are held"),
        N_("The meter told more than can have flowed. Nobody is billed for %(energy)s until you decide."), "/ops/held",
    ),
    DEAD_LETTERS: Event(
        OPERATORS, 24 * HOUR_S, False, N_("Messages that could not be understood: %(times)s"),
        N_("So many came since %(time)s, and nothing came of them. Most are harmless; the list says why of each."),
        "/ops/dead",
    ),
    WEBHOOK_DISABLED: Event(
        OPERATORS, 24 * HOUR_S, False, N_("The webhook %(webhook)s wants no more"),
        N_("The receiver of the webhook %(webhook)s answered 410 at %(time)s. It is told nothing any more."), "/ops",
    ),
    CONTACT_CHECK: Event(
        ITS_OWN, HOUR_S, False, N_("Your code: %(code)s"),
        N_("Type %(code)s where you asked for notices, and they will come here. Was it not you? Then do nothing, and "
           "nothing more will come."), "/me", BY_ADDRESS,
    ),
}  # fmt: skip
# Ends of a charge that its driver did not choose.
CUT_SHORT = frozenset({"fault", "safe_mode", "power_loss", "lost"})


def audience_of(role: str) -> str:
    """Auditors are told nothing: they look."""
    return {roles.DRIVER: DRIVER, roles.OPERATOR: OPERATORS, roles.ADMIN: OPERATORS}.get(role, NOBODY)


def told_to(audience: str) -> tuple[str, ...]:
    """The events of which these hear."""
    return tuple(name for name, event in EVENTS.items() if event.audience == audience)
