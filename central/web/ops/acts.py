"""What can be done from here, as the pages say it: its button, what it does and to whom. One table.

What is done stands in central/actions/table.py; the names here are those of its rows.
"""

from collections.abc import Mapping
from typing import NamedTuple

from central.actions.table import AT_POINT, AT_SESSION, UNPARK, Action
from central.web.languages import N_


class Act(NamedTuple):
    """`button`: a verb. `told`: what will happen, and to whom. `ends_charge`: whose open charge it ends, if "
       "there is one.

    `sent`: what is said after it was asked for. `command`: the kind that the board then has to answer, if one.
    """

    action: Action
    button: str
    told: str
    sent: str
    command: str | None = None
    ends_charge: str | None = None


_ENDS = N_("This ends %(driver)s's charge (%(energy)s so far), which is billed.")

POINT_ACTS: Mapping[str, Act] = {
    "reset": Act(
        AT_POINT["reset"], N_("Reset"),
        N_("Asks the board of %(key)s to clear its faults. What still holds comes again at once."),
        N_("Reset was sent."), "reset_fault",
    ),
    "stop": Act(
        AT_POINT["stop"], N_("Stop service"), N_("Nobody can start a charge at %(key)s until you resume service."),
        N_("Service is stopped."), "stop_service", _ENDS,
    ),
    "resume": Act(
        AT_POINT["resume"], N_("Resume service"), N_("Everybody can charge at %(key)s again."),
        N_("Service is resumed."), "resume_service",
    ),
    "price": Act(
        AT_POINT["price"], N_("Change the price"),
        N_("Counts for charges that begin from now on. Those that run keep theirs."),
        N_("The price is changed."),
    ),
    "limit": Act(
        AT_POINT["limit"], N_("Limit the current"),
        N_("Cars at %(key)s get no more than this. Leave it empty to lift the limit."),
        N_("The limit was sent."), "set_limit",
    ),
    "clear-fault": Act(
        AT_POINT["clear-fault"], N_("Clear a fault here"),
        N_("Closes the fault in our books alone. Its board is not asked: use this when the board is gone, or "
           "its all-clear was lost."),
        N_("The fault is cleared."),
    ),
    "maintenance": Act(
        AT_POINT["maintenance"], N_("Prepare for new firmware"),
        N_("The board of %(key)s waits for new firmware, and nobody can charge meanwhile. Somebody must stand "
           "there with a computer."),
        N_("The board was told."), "maintenance", _ENDS,
    ),
    "replace": Act(
        AT_POINT["replace"], N_("Replace the board"),
        N_("The next other board that says it is %(key)s takes the place of the present one, which goes on "
           "until then."),
        N_("Another board may register."),
    ),
    "keep": Act(
        AT_POINT["keep"], N_("Keep the board"), N_("Takes the replacing back: no other board may register as %(key)s."),
        N_("The board is kept."),
    ),
    "remove": Act(
        AT_POINT["remove"], N_("Remove this charge point"),
        N_("%(key)s is gone from all lists, until a board registers it anew. Its receipts stay."),
        N_("It is removed."), None, _ENDS,
    ),
}  # fmt: skip
SESSION_ACTS: Mapping[str, Act] = {
    "end": Act(
        AT_SESSION["end"], N_("End this charge"),
        N_("Ends %(driver)s's charge in the books at its last reading (%(energy)s), and bills it. The board is "
           "told to stop, and need not answer."),
        N_("The charge is ended."),
    ),
    "accept-held": Act(
        AT_SESSION["accept-held"], N_("Accept"),
        N_("Bills %(driver)s for what is held (%(held)s), within what was ordered."),
        N_("It is accepted."),
    ),
    "drop-held": Act(
        AT_SESSION["drop-held"], N_("Drop"),
        N_("Bills nobody for what is held of %(driver)s's charge (%(held)s). This cannot be taken back."),
        N_("It is dropped."),
    ),
}  # fmt: skip
UNPARK_ACT = Act(
    UNPARK, N_("Let it go on"),
    N_("The worker works through what waits of %(key)s, in order. If it fails again, it stays put aside."),
    N_("It goes on."),
)  # fmt: skip

# What each is called where it was done, by the name that it has on the log.
DID_WORDS: Mapping[str, str] = {
    **{act.action.name: act.button for act in (*POINT_ACTS.values(), *SESSION_ACTS.values(), UNPARK_ACT)},
    "site": N_("Put on a site"),
}
