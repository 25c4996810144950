"""Codes as operators read them: why a charge ended or never began, why a record was not folded, why energy is held,
what an alarm tells. Each code has its words; a test fails on one without.
"""

from collections.abc import Mapping

from central.model import alarms
from central.views import held
from central.web.languages import N_

# Why a charge ended, or never began: Central's reasons, a board's, and the refusals of its commands.
REASONS: Mapping[str, str] = {
    "driver": N_("stopped by the driver"),
    "vehicle": N_("ended by the car"),
    "limit": N_("what was ordered was reached"),
    "operator": N_("ended by an operator"),
    "fault": N_("a fault"),
    "safe_mode": N_("the engine lost its monitor"),
    "power_loss": N_("the power failed"),
    "lost": N_("not heard of again"),
    "unknown_driver": N_("the driver is not known"),
    "expired": N_("it came too late"),
    "already_charging": N_("the driver charges elsewhere"),
    "unknown_charge_point": N_("no such charge point"),
    "offline": N_("not connected"),
    "faulty": N_("the charge point has a fault"),
    "out_of_service": N_("out of service"),
    "busy": N_("taken by somebody else"),
    "price_changed": N_("the price had risen"),
    "limit_too_small": N_("the limit buys no energy"),
    "no_answer": N_("the board did not answer in time"),
    "refused": N_("the board refused"),
    "disconnected": N_("the charge point went away"),
    "safe": N_("the engine waits for its monitor"),
    "faulted": N_("the engine has a fault"),
    "pause": N_("the relay rests after the last charge"),
    "no_clock": N_("the board does not know the time yet"),
    "journal_full": N_("the board's flash is full"),
    "superseded": N_("a later command came first"),
    "seq_jump": N_("the command's number is too far ahead"),
    "unknown_session": N_("the board has no such charge"),
    "above_rated": N_("above what the board is built for"),
    "already_ran": N_("that charge has run already"),
}
OTHER_REASON = N_("unknown")

DEAD: Mapping[str, str] = {
    "not_json": N_("No message that can be read"),
    "unknown_type": N_("A kind of message that we do not know"),
    "missing_field": N_("A field is missing"),
    "bad_field": N_("A field has the wrong sort of value"),
    "out_of_bounds": N_("A number is out of bounds"),
    "wrong_topic": N_("It lay in the wrong topic"),
    "no_key": N_("It has no key"),
    "wrong_key": N_("Its key is another's"),
    "wrong_origin": N_("Whoever said it may not say this"),
    "unknown_charge_point": N_("No such charge point has registered"),
    "not_bound": N_("It comes from another board than the charge point's"),
    "unknown_session": N_("No such charge is known"),
    "not_yours": N_("The charge is another driver's"),
    "unknown_site": N_("There is no such site"),
    "site_taken": N_("There is a site of that id already"),
    "unknown_command": N_("It answers a command that was never said"),
    "unknown_deadline": N_("It tells of a deadline that was never set"),
    "unknown_fault": N_("No such fault was open"),
    "implausible": N_("The meter told more than can have flowed"),
    "above_rated": N_("The limit is above what the board is built for"),
    "bad_state": N_("It makes no sense in the state that things are in"),
    "stale_n": N_("Its number is far too old"),
    "n_jump": N_("Its number is far too high"),
    "bad_gap": N_("The numbers that it gives up make no sense"),
    "too_many_faults": N_("Too many kinds of fault are open there"),
    "too_many_reports": N_("Too many reports of problems for one charge"),
    "not_parked": N_("It frees what was not put aside"),
    "fold_failed": N_("We made a mistake with it"),
}

# What is filled in: `rise`, `most`: energies; `time`: how long it took.
HELD: Mapping[str, str] = {
    held.TOO_FAST: N_("The meter told %(rise)s in %(time)s, and at most %(most)s can flow in that time."),
    held.TOO_HIGH_BEFORE: N_("The meter stood higher at the start than it can have risen before."),
}
OVER_ORDER = N_("What was ordered is billed already.")

# What is filled in: the places of central/model/alarms.py.
ALARMS: Mapping[str, str] = {
    alarms.NUMBERS_LOST: N_("The log has lost %(first)s to %(last)s of %(epoch)s."),
    alarms.TWO_CONTENTS: N_("%(message_id)s said two things; the newer one, %(kind)s, was folded."),
    alarms.SEQ_FAR_AHEAD: N_("The engine says that its last command was %(told)s; ours was %(known)s."),
    alarms.IMPLAUSIBLE_REGISTER: N_("Meter %(meter_id)s told %(told_wh)s Wh after %(known_wh)s Wh."),
}
