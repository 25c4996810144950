"""What states, refusals and ends are called on drivers' pages. Each code has its words; a test fails on one without."""

from collections.abc import Mapping
from typing import NamedTuple

from central.model import states
from central.views import own_charge, post
from central.views.charge import PENDING, REFUSED
from central.web.languages import N_


class StateWord(NamedTuple):
    """`look`: the class of the style that gives it colour and shape."""

    look: str
    word: str


POSTS: Mapping[str, StateWord] = {
    post.FREE: StateWord("ready", N_("Free")),
    post.BUSY: StateWord("charging", N_("In use")),
    post.STOPPED: StateWord("offline", N_("Out of service")),
    post.BROKEN: StateWord("fault", N_("Out of order")),
    post.OFFLINE: StateWord("offline", N_("Not reachable")),
}
CHARGES: Mapping[str, StateWord] = {
    PENDING: StateWord("waiting", N_("Start sent")),
    states.REQUESTED: StateWord("waiting", N_("Start sent")),
    states.AUTHORIZED: StateWord("waiting", N_("Getting ready")),
    states.IN_PROGRESS: StateWord("charging", N_("Charging")),
    states.COMPLETED: StateWord("ready", N_("Charge finished")),
    states.CANCELLED: StateWord("offline", N_("Cancelled")),
    states.FAILED: StateWord("fault", N_("Did not start")),
    REFUSED: StateWord("fault", N_("Did not start")),
}
_REFUSED = N_("The charge point refused. Try again, or another one.")
_OUT_OF_ORDER = N_("The charge point is out of order. Try another one.")
_OUT_OF_SERVICE = N_("The charge point is out of service. Try another one.")
_BUSY = N_("Somebody else was faster. Try another one, or wait until it is free.")
_TOO_LATE = N_("Your start arrived too late, so nothing was switched on. Start again when you are at the car.")
# Why there is no charge: Central's reasons, a board's, and the ends of one that never began.
REFUSALS: Mapping[str, str] = {
    "unknown_driver": N_("We do not know you here any more. Sign in again, then start anew."),
    "expired": _TOO_LATE,
    "already_charging": N_("Another charge of yours is still running. It must end first."),
    "unknown_charge_point": N_("There is no charge point of that name. Check the sticker."),
    "offline": N_("The charge point cannot be reached right now. Try another one."),
    "faulty": _OUT_OF_ORDER,
    "out_of_service": _OUT_OF_SERVICE,
    "busy": _BUSY,
    "price_changed": N_("The price has just gone up. Look at the new price, then start again if you like."),
    "limit_too_small": N_("Your limit buys no energy at all. Choose a higher one."),
    "no_answer": N_("The charge point did not answer in time. Try again, or another one."),
    "refused": _REFUSED,
    "disconnected": N_("The charge point went away. Try another one."),
    "safe": N_("The charge point is checking itself. Try again in a minute."),
    "faulted": _OUT_OF_ORDER,
    "pause": N_("The last charge has only just ended. Try again in a few seconds."),
    "no_clock": N_("The charge point has only just started. Try again in a minute."),
    "journal_full": N_("The charge point cannot take a charge right now. Try another one."),
    "superseded": _REFUSED,
    "seq_jump": _REFUSED,
    "unknown_session": _REFUSED,
    "above_rated": _REFUSED,
    "already_ran": N_("This charge has run already. Its receipt is on its way."),
    "driver": N_("You stopped it before it began."),
    "vehicle": N_("No car was plugged in, so it ended by itself."),
    "limit": N_("Your limit was reached before anything flowed."),
    "operator": N_("The operator ended it."),
    "fault": _OUT_OF_ORDER,
    "safe_mode": N_("The charge point is checking itself. Try again in a minute."),
    "power_loss": N_("The power failed."),
    "lost": N_("Nothing was heard of it any more."),
}
# Why a charge ended, after energy had flowed.
ENDS: Mapping[str, str] = {
    "driver": N_("You stopped the charge."),
    "vehicle": N_("The car stopped taking current."),
    "limit": N_("Your limit was reached."),
    "operator": N_("The operator ended the charge."),
    "fault": N_("The charge point switched off because of a fault."),
    "safe_mode": N_("The charge point switched off as a precaution."),
    "power_loss": N_("The power failed."),
    "lost": N_("The charge point was not heard any more. The bill ends with its last reading."),
    "disconnected": N_("The charge point went away. The bill ends with its last reading."),
}
OTHER_REASON = N_("The charge point gave a reason that we do not know.")
CARS: Mapping[str, str] = {
    own_charge.CHARGES: N_("The car is charging."),
    own_charge.RESTS: N_("The car takes no current right now."),
    own_charge.AWAITED: N_("Waiting for the charge point and the car."),
    own_charge.ABSENT: N_("Plug the cable in now."),
}
# What was wrong at a charge point, as drivers need to know it.
FAULTS: Mapping[str, str] = {
    "over_current": N_("The car drew more current than allowed."),
    "over_current_fast": N_("The car drew far more current than allowed."),
    "over_temperature": N_("It was too hot."),
    "voltage_dead": N_("The mains failed."),
    "emergency_stop": N_("The emergency stop was pressed."),
    "rcm_trip": N_("Current leaked to earth. Have your cable and car looked at."),
}
OTHER_FAULT = N_("Whoever runs it has been told.")
