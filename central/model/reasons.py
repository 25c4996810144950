"""Why Central refuses, by code: docs/reasons.md is written from these tables.

Whoever refuses spells the code in place; a test finds one that has no row here.
"""

from wire.codes import ERROR_CODES, UNREADABLE

# Why a record is a dead letter: `reason` in the header of its copy in ev.dead.
DEAD_LETTERS: dict[str, str] = {
    **{code: ERROR_CODES[code] for code in UNREADABLE},
    "wrong_topic": "its kind is not folded from the topic it lay in",
    "no_key": "it has no key",
    "wrong_key": "its key is not the value of its kind's key field",
    "wrong_origin": "its kind is not said by whoever appended it",
    "unknown_charge_point": "no charge point of that id has registered",
    "not_bound": "it comes from another board than the one bound to the charge point; `wattline-central replace` "
    "lets another take its place",
    "unknown_session": "the session is not known at this key",
    "not_yours": "the session belongs to another driver",
    "unknown_site": "there is no site of that id, or it was removed",
    "site_taken": "there is a site of that id already",
    "unknown_command": "it answers a command that was never said",
    "unknown_deadline": "it tells of a deadline that was never set",
    "unknown_fault": "the charge point has no open fault of that name",
    "implausible": "the register rose by more than can have flowed in the time; it counts as not told",
    "above_rated": "the limit lies above what the charge point's board is provisioned for",
    "bad_state": "no table of states admits it now",
    "stale_n": "its number lies far below the highest seen of its board and epoch",
    "n_jump": "its number lies far above the highest seen of its board and epoch",
    "bad_gap": "the numbers it says were dropped make no sense",
    "too_many_faults": "the charge point has as many kinds of fault as are kept",
    "too_many_reports": "the session has as many reports of problems as are kept",
    "not_parked": "it frees a key of which nothing is parked",
    "fold_failed": "folding it failed unexpectedly; it is of a kind for which no key is parked",
}

# Why Central refuses a charge, or ends a session that has no word of its engine: `reason` of a charge.
CHARGE_REASONS: dict[str, str] = {
    "unknown_driver": "the driver never registered",
    "expired": "it was asked so long ago that nobody stands at the car any more",
    "already_charging": "the driver has another charge that is not over",
    "unknown_charge_point": "no charge point of that id has registered",
    "offline": "the charge point is DISCONNECTED",
    "faulty": "the charge point is FAULTY",
    "out_of_service": "the operator has taken the charge point out of service",
    "busy": "the charge point runs another session",
    "price_changed": "the price has risen above the one that the request was shown",
    "limit_too_small": "the limit in money buys no energy at all",
    "no_answer": "the charge point did not answer in time; the driver may charge elsewhere meanwhile",
    "refused": "the charge point refused without a reason",
    "disconnected": "the charge point went away; the driver may charge elsewhere, and what flows is billed later",
    "operator": "the operator ended the session",
    "lost": "nothing was heard of the session any more",
}

# Why a registration is not accepted: `reason` of a register_response.
REGISTRATION_REASONS: dict[str, str] = {
    "not_registered": "the registration was refused, so there is no such charge point",
    "not_bound": "the charge point is bound to another board",
}
