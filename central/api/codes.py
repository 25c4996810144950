"""The codes of the API's errors, each with the status it is answered under: docs/reasons.md is written from this table.

`meaning` is the title of the problem that is answered.

Whoever refuses spells status and code in place; a test finds a pair that has no row here.
"""

from dataclasses import dataclass

from wire.codes import ERROR_CODES, UNREADABLE


@dataclass(frozen=True)
class Code:
    """`retry`: the same request may succeed a little later, and the answer says so by Retry-After."""

    status: int
    code: str
    meaning: str
    retry: bool = False


CODES: tuple[Code, ...] = (
    *(Code(400, code, ERROR_CODES[code]) for code in UNREADABLE),
    Code(400, "unknown_field", "the body has a field that the request does not know"),
    Code(400, "refused", "HTTP itself refuses it; the status says why"),
    Code(400, "bad_form", "what the page's form sent cannot be read"),
    Code(400, "sign_in_again", "the sign-in by an issuer was not begun in this browser, or too long ago"),
    Code(401, "issuer_refused", "the issuer did not sign this person in, or its word does not hold"),
    Code(401, "no_token", "the request needs a token in its Authorization header"),
    Code(401, "bad_token", "the token is none, unknown, revoked or expired"),
    Code(401, "wrong_password", "name or password is wrong"),
    Code(403, "not_allowed", "the token's role or scope does not allow it"),
    Code(403, "foreign_origin", "the request comes from a page of another site"),
    Code(404, "not_found", "there is nothing at this address"),
    Code(404, "unknown_charge_point", "no charge point of that id has registered"),
    Code(404, "unknown_site", "no site of that id, or it was removed"),
    Code(404, "unknown_driver", "no such driver, or one whose charges are not this person's to see"),
    Code(404, "unknown_charge", "the driver never asked for that charge"),
    Code(404, "unknown_session", "there is no session of that id"),
    Code(404, "unknown_person", "nobody of that name is known"),
    Code(404, "unknown_contact", "this person has no such contact, or it was shown to be his already"),
    Code(404, "unknown_token", "no token of that id holds"),
    Code(404, "nothing_parked", "nothing of that key is parked"),
    Code(405, "method_not_allowed", "the address does not know this method"),
    Code(408, "too_slow", "the body did not arrive in time"),
    Code(409, "message_id_taken", "the message_id asked for something else before; a new request needs a new one"),
    Code(409, "already_registered", "this registration was answered with a token before, and not with this one"),
    Code(409, "not_finished", "the charge goes on, or its receipt is being made (then there is a Retry-After)"),
    Code(409, "still_charging", "a charge of this driver is running"),
    Code(409, "no_session", "the charge has not begun, or never did, so there is nothing to report"),
    Code(409, "too_many_reports", "as many reports of that charge as are kept are there already"),
    Code(409, "wrong_code", "that is not the code that was sent to the contact last, or it is too old"),
    Code(409, "stopping", "the charge before it has yet to end", retry=True),
    Code(409, "nothing_charged", "no energy flowed, so there is no receipt"),
    Code(409, "unknown_fault", "the charge point has no such fault open"),
    Code(409, "not_replaceable", "there is no `replace` to take back"),
    Code(409, "above_rated", "the limit is above what the board is provisioned for"),
    Code(409, "site_taken", "there is a site of that id already"),
    Code(409, "site_in_use", "charge points are on that site"),
    Code(409, "on_no_site", "the charge point is on no site"),
    Code(409, "not_of_sites", "sites do not bind somebody of that role"),
    Code(409, "session_ended", "the session has ended already"),
    Code(409, "nothing_held", "nothing is held of that session"),
    Code(409, "still_parked", "the fold failed again, and the key stays parked"),
    Code(409, "changed_meanwhile", "something had changed when the request was carried out, so it was refused"),
    Code(409, "already_known", "somebody of that name, or that token, is known already"),
    Code(409, "in_work", "a request with this Idempotency-Key is being answered", retry=True),
    Code(413, "too_large", "the body, or the record it would make, is too large"),
    Code(415, "not_json", "the body's Content-Type is not application/json"),
    Code(415, "not_a_form", "a page was posted to with something that is no form"),
    Code(421, "wrong_host", "the Host header does not name this API"),
    Code(422, "key_reused", "the Idempotency-Key asked for something else before"),
    Code(429, "too_many_tries", "too many wrong passwords for this name or from this address", retry=True),
    Code(429, "too_many_codes", "as many codes were asked for as are sent in a day"),
    Code(429, "too_many_requests", "more requests than this token, or this address, may make", retry=True),
    Code(500, "mistake", "a mistake of Central; its log says more"),
    Code(503, "database_away", "the database cannot be used now", retry=True),
    Code(503, "no_notices", "nothing was told yet: the process that tells people never ran"),
    Code(503, "log_away", "the log cannot be used now", retry=True),
    Code(503, "other_log", "the log in reach is another than the books were folded from, so nothing is appended"),
    Code(503, "issuer_away", "the issuer by which people sign in does not answer", retry=True),
    Code(503, "too_many_connections", "every connection that may be open has a request in work", retry=True),
    Code(503, "too_many_followers", "as many follow charges already as can be served", retry=True),
)
TITLES = {(row.status, row.code): row.meaning for row in CODES}
