"""What is said of each problem: what happened, whom it stops, what to do, and the button for it. One table.

Words in %(brackets)s are filled in: cp, key, subject, driver, energy, count.
"""

from collections.abc import Mapping
from typing import NamedTuple

from central.model import alarms
from central.model.states import UNSPECIFIED
from central.web.languages import N_
from central.web.ops import problems
from central.web.ops.problems import Problem, alarm_kind, fault_kind


class Text(NamedTuple):
    """`action`: a row of acts.py, or a page's path where the button leads there; None: nothing can be done from here.

    `whom_charging`: instead of `whom` where a charge is open there.
    """

    what: str
    whom: str
    do: str
    action: str | None = None
    whom_charging: str | None = None


_ALL = N_("Stops everybody at %(cp)s.")
_ALL_AND_ONE = N_("Stops everybody at %(cp)s, %(driver)s's charge too (%(energy)s so far).")
_UNSEEN = N_("%(driver)s's charge may be running unseen (%(energy)s so far). It goes on, and is billed when "
   "%(cp)s is back.")
_NOBODY = N_("Stops nobody.")


def _fault(what: str, do: str, action: str | None = "reset") -> Text:
    return Text(what, _ALL, do, action, _ALL_AND_ONE)


_SEES_ITSELF = N_("It goes by itself once this is over. If it stays, have somebody look at it.")
_ELECTRICIAN = N_("An electrician must look at it. Reset it afterwards.")

FAULTS: Mapping[str, Text] = {
    "over_current": _fault(N_("The car drew too much current"),
    N_("Reset it. If it comes back, look at cable and car."), ),
    "over_current_fast": _fault(N_("The car drew far too much current"), N_("Look at the cable first, then reset it.")),
    "clipped": _fault(N_("The meter's sensor is beyond its range"), _ELECTRICIAN),
    "over_temperature": _fault(
        N_("Too hot at the relay"),
        N_("It goes by itself when it has cooled. If it comes back, its terminals are loose or dirty."), None
    ),
    "weld": _fault(
        N_("The relay is welded: the socket may be live"),
        N_("Open the breaker, and have the relay changed. Reset it afterwards.")
    ),
    "feedback_missing": _fault(N_("The relay does not close"), _ELECTRICIAN),
    "voltage_dead": _fault(N_("No mains voltage"),
    N_("Look at the breaker and the mains. It goes by itself when the voltage is back."), None),
    "clamp_backwards": _fault(N_("The current clamp is on backwards"), N_("Turn the clamp round, then reset it.")),
    "clamp_off": _fault(N_("The current clamp is off"), N_("Put the clamp back on its wire, then reset it.")),
    "driver_stuck_on": _fault(N_("The relay's driver is stuck on: the socket may be live"),
    N_("Open the breaker, and have the board changed. Reset it afterwards.")),
    "driver_stuck_off": _fault(N_("The relay's driver is stuck off"),
    N_("Have the board changed. Reset it afterwards.")),
    "rcm_trip": _fault(
        N_("The residual current monitor has tripped"),
        N_("Current leaks to earth. Look at cable, socket and car before you reset it.")
    ),
    "emergency_stop": _fault(N_("The emergency stop is pressed"),
    N_("Ask there why. When all is well, release the button and reset it.")),
    "sensor_stall": _fault(N_("The sensor gives no samples"),
    N_("Reset it. If it comes back, have the board changed.")),
    "loop_late": _fault(N_("The board is too slow to protect"),
    N_("Reset it. If it comes back, have the board changed.")),
    "watchdog_resets": _fault(N_("The board restarted three times within 10 minutes"),
    N_("Reset it. If it comes back, have the board changed.")),
    "newer_records": _fault(N_("The board's firmware is older than what it keeps"),
    N_("Put the newer firmware on the board again."), "maintenance"),
    "engine_silent": _fault(N_("The engine's board does not answer"),
    N_("Look at its power, and at the line between its two boards."), None),
    "central_unreachable": _fault(N_("It could not reach us for a while"), _SEES_ITSELF, None),
    "duplicate_id": _fault(N_("Two boards say that they are this charge point"),
    N_("Give one of the two boards an id of its own, then clear this."), "clear-fault"),
    UNSPECIFIED: _fault(N_("A fault was reported"), N_("Look at it there. Reset it when all is well.")),
}  # fmt: skip
FAULT_WORDS: Mapping[str, str] = {name: text.what for name, text in FAULTS.items()}
# Of a board whose firmware knows more faults than we do.
OTHER_FAULT = _fault(N_("A fault: %(subject)s"), N_("Look at it there. Reset it when all is well."))

ALARMS: Mapping[str, Text] = {
    alarms.NUMBERS_LOST: Text(
        N_("Messages of its board never arrived"), _NOBODY,
        N_("What they said is lost, its energy is not: the meter's register tells it. If it happens again, have "
           "the board looked at."),
    ),
    alarms.TWO_CONTENTS: Text(
        N_("Its board said two things under one number"), _NOBODY,
        N_("The newer was folded, and is marked. Two boards may have one identity, or its flash is broken: have "
           "it looked at."),
    ),
    alarms.SEQ_FAR_AHEAD: Text(
        N_("Its board has taken commands that we never sent"), _NOBODY,
        N_("It may have been another system's. Nothing is to do if it charges; if commands are refused, flash "
           "it anew."),
    ),
    alarms.IMPLAUSIBLE_REGISTER: Text(
        N_("Its meter told more than can have flowed"), _NOBODY,
        N_("Nobody is billed for it. Look at the meter and its setting before you accept what is held."), "/ops/held",
    ),
}  # fmt: skip

TEXTS: Mapping[str, Text] = {
    **{fault_kind(name): text for name, text in FAULTS.items()},
    **{alarm_kind(name): text for name, text in ALARMS.items()},
    problems.AWAY: Text(
        N_("Not heard: no connection"), _ALL,
        N_("Look at its power and its network. It comes back by itself, and nobody has to restart it."),
    ),
    problems.AWAY_CHARGING: Text(
        N_("Not heard: no connection"), _UNSEEN,
        N_("Look at its power and its network. End the charge in the books only if the board is gone for good."),
        "end", _UNSEEN,
    ),
    problems.SILENT: Text(
        N_("Connected, but silent"), _ALL,
        N_("Its board hangs. If it does not restart by itself, switch it off and on."),
    ),
    problems.SILENT_CHARGING: Text(
        N_("Connected, but silent"), _UNSEEN,
        N_("Its board hangs. If it does not restart by itself, switch it off and on: the charge ends with what "
           "the meter told."), "end", _UNSEEN,
    ),
    problems.OUT_OF_SERVICE: Text(
        N_("Out of service"), _ALL, N_("Take it into service again when it is ready."), "resume",
    ),
    problems.LONG_CHARGE: Text(
        N_("A charge has been open for more than a day"),
        N_("Nobody else can charge at %(cp)s while %(driver)s's charge is open."),
        N_("Look whether the car is still there. Stop the charge if it is not."), "end",
    ),
    problems.LONG_START: Text(
        N_("A charge was started, and never began"),
        N_("Nobody else can charge at %(cp)s while %(driver)s's charge is open."),
        N_("End it in the books: nothing has flowed."), "end",
    ),
    problems.HELD: Text(
        N_("%(energy)s are held, and billed to nobody"), _NOBODY,
        N_("The meter told more than can have flowed. Decide: accept it, or drop it."), "/ops/held",
    ),
    problems.REPORTED: Text(
        N_("A driver reports a problem"), N_("Stopped that driver, perhaps others too."),
        N_("Look at what was said, and at what happened there. It is shown for a day."),
    ),
    problems.PARKED_POINT: Text(
        N_("What %(key)s says is put aside: we made a mistake with it"), N_("Stops everybody at %(key)s."),
        N_("Nothing is lost. Install the version that mends it, then let it go on."), "unpark",
    ),
    problems.PARKED_DRIVER: Text(
        N_("What the driver %(key)s asks is put aside: we made a mistake with it"), N_("Stops this driver."),
        N_("Nothing is lost. Install the version that mends it, then let it go on."), "unpark",
    ),
    problems.PARKED_OTHER: Text(
        N_("What is said of %(key)s is put aside: we made a mistake with it"), _NOBODY,
        N_("Nothing is lost. Install the version that mends it, then let it go on."), "unpark",
    ),
    problems.LOG_AWAY: Text(
        N_("The log cannot be reached"), N_("Nobody can start or stop a charge from here. Charges that run go on."),
        N_("Start it again, or mend the way to it (BROKER_ADDRESS, LOG_PATH). Nothing is lost meanwhile."),
    ),
    problems.WORKER_AWAY: Text(
        N_("The worker is away: %(count)s messages wait"),
        N_("Nobody's start or stop is carried out. Charges that run go on."),
        N_("Start it again: wattline-central worker. Its own log says why it stopped."),
    ),
    problems.WORKER_BEHIND: Text(
        N_("The worker is behind: %(count)s messages wait"),
        N_("Everybody's start and stop takes longer than it should."),
        N_("It catches up by itself. What is shown here is as old as the first of these messages."),
    ),
    problems.CLOCK_APART: Text(
        N_("The log's clock is %(count)s s apart from ours"), _NOBODY,
        N_("Set the clocks of both machines (NTP)."),
    ),
    problems.DEAD_LETTERS: Text(
        N_("%(count)s messages could not be understood"), _NOBODY, N_("Look at why, and at who sent them."),
        "/ops/dead",
    ),
}  # fmt: skip


def text_of(problem: Problem) -> Text:
    known = TEXTS.get(problem.kind)
    if known is None:
        assert problem.kind.startswith(f"{problems.FAULT}."), f"{problem.kind} has no text"
        return OTHER_FAULT
    return known
