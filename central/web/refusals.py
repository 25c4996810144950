"""What a page says where something was refused: by its code, and by the field that was wrong. Whatever the API tells
programs beside it stays there: it is English. A test fails on a code without words.
"""

from collections.abc import Mapping
from typing import Protocol

from central.web.languages import N_

_AGAIN = N_("We cannot do this right now. Try again in a minute.")
_TOO_OFTEN = N_("That was tried too often. Wait a minute, then try again.")
_NOT_READ = N_("What was sent cannot be read. Go back, and send it again.")
_ENTRY = N_("One entry is not as it must be: %(field)s.")
# By code; where a field was wrong, FIELDS says more.
REFUSALS: Mapping[str, str] = {
    "not_json": _NOT_READ,
    "unknown_type": _NOT_READ,
    "missing_field": N_("One entry is missing: %(field)s."),
    "bad_field": _ENTRY,
    "out_of_bounds": N_("A number is too small or too big: %(field)s."),
    "unknown_field": _ENTRY,
    "refused": _NOT_READ,
    "bad_form": _NOT_READ,
    "not_a_form": _NOT_READ,
    "sign_in_again": N_("That sign-in is too old, or began in another browser. Begin anew."),
    "issuer_refused": N_("Your organisation did not sign you in. Ask whoever runs its accounts."),
    "no_token": N_("You are not signed in."),
    "bad_token": N_("You are signed in no more. Sign in again."),
    "wrong_password": N_("That name and password do not belong together. Try again."),
    "not_allowed": N_("You may not do this."),
    "foreign_origin": N_("This did not come from a page of ours, so nothing was done."),
    "not_found": N_("There is nothing here."),
    "unknown_charge_point": N_("There is no such charge point, or it is not yours to see."),
    "unknown_site": N_("There is no such site."),
    "unknown_driver": N_("There is no such driver."),
    "unknown_charge": N_("There is no such charge, or it is not yours to see."),
    "unknown_session": N_("There is no such charge, or it is not yours to see."),
    "unknown_person": N_("Nobody of that name is known."),
    "unknown_contact": N_("You have no such contact, or it is known to be yours already."),
    "unknown_token": N_("That token holds no more."),
    "no_session": N_("There is no charge there to report a problem with."),
    "nothing_parked": N_("Nothing of that is put aside any more."),
    "method_not_allowed": N_("That cannot be done here."),
    "too_slow": N_("It took too long to arrive. Send it again."),
    "message_id_taken": N_("This form was sent before, with something else in it. Open the page anew."),
    "already_registered": N_("You have registered already. Sign in instead."),
    "not_finished": N_("The charge goes on, or its receipt is being made."),
    "still_charging": N_("A charge is running. It must end first."),
    "nothing_charged": N_("No energy flowed, so there is no receipt."),
    "unknown_fault": N_("That fault is not open any more."),
    "not_replaceable": N_("No other board was expected, so there is nothing to take back."),
    "above_rated": N_("That is more than the charge point is built for."),
    "site_taken": N_("There is a site of that id already."),
    "site_in_use": N_("Charge points are on that site."),
    "on_no_site": N_("The charge point is on no site."),
    "not_of_sites": N_("Somebody of that role serves all sites."),
    "session_ended": N_("That charge has ended already."),
    "nothing_held": N_("Nothing is held of that charge any more."),
    "still_parked": N_("It failed again, so it stays put aside."),
    "changed_meanwhile": N_("Something changed meanwhile, so it was not done. Look again, then decide."),
    "already_known": N_("Somebody of that name is known already."),
    "in_work": N_("This is being done already. Look again in a moment."),
    "too_large": N_("That is too long."),
    "wrong_host": N_("This server is not called that. Check the address."),
    "key_reused": N_("This form was sent before, with something else in it. Send it again."),
    "too_many_tries": _TOO_OFTEN,
    "too_many_requests": _TOO_OFTEN,
    "too_many_reports": N_("This charge has been reported often enough. It will be read."),
    "wrong_code": N_("That is not the code that was sent last, or it is older than an hour."),
    "too_many_codes": N_("As many codes were sent today as one may ask for. Try again tomorrow."),
    "stopping": _AGAIN,
    "mistake": N_("We made a mistake. It is in our log."),
    "database_away": _AGAIN,
    "no_notices": N_("Nobody was told anything yet."),
    "log_away": N_("We cannot send this right now. Try again in a minute."),
    "other_log": N_("We cannot send this right now. Try again in a minute."),
    "issuer_away": N_("Your organisation's sign-in does not answer. Try again in a minute."),
    "too_many_connections": _AGAIN,
    "too_many_followers": _AGAIN,
}
OTHER = N_("That did not work.")
_HOURS = N_("To be left alone at some hours, say both of them, such as 22:00 and 07:00.")
# What would be right, by the field.
FIELDS: Mapping[str, str] = {
    "name": N_("A name has up to 64 letters, digits, -, _ and points, and no spaces."),
    "username": N_("Type your name: 1 to 255 characters."),
    "password": N_("A password needs %(least)s characters at least."),
    "role": N_("Choose one of the roles."),
    "sites": N_("Type the ids of sites that there are, with spaces between them."),
    "email": N_("That is no e-mail address, such as ada@example.org."),
    "ntfy": N_("That is no ntfy topic: letters, digits, - and _ alone."),
    "telegram": N_("That is no Telegram chat: it is a number, such as 123456789."),
    "quiet_from": _HOURS,
    "quiet_to": _HOURS,
    "time_zone": N_("That is no time zone, such as Europe/Berlin."),
    "reason": N_("Say why: it stays in the log, for whoever looks later."),
    "price_per_kwh": N_("Type a price such as 0.32."),
    "limit_ma": N_("Type a number of amperes that the charge point is built for, such as 10."),
    "label": N_("Say in up to 100 characters what it is for."),
    "days": N_("Type a number of days from 1 to 3650, or nothing."),
    "scope": N_("Choose what it may."),
    "limit": N_("Choose one of the limits."),
    "text": N_("Say in a few words what went wrong: 1 to 500 characters."),
    "month": N_("That is no month, such as 2026-10."),
    "from": N_("That is no day, such as 2026-10-25."),
    "to": N_("That is no day, such as 2026-10-25."),
    "cursor": N_("That page of the list is gone. Begin at its first."),
}
_OF_FIELDS = ("missing_field", "bad_field", "out_of_bounds")


class Refused(Protocol):
    """What was refused: `field`: which was wrong, or None."""

    code: str
    field: str | None


def refused(problem: Refused) -> str:
    """A text to be said."""
    if problem.code in _OF_FIELDS and problem.field is not None and problem.field in FIELDS:
        return FIELDS[problem.field]
    return REFUSALS.get(problem.code, OTHER)
