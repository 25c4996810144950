"""`wattline register NAME`."""

from dataclasses import asdict
from typing import Annotated
from uuid import uuid4

import typer

from driver_cli.api import endpoints
from driver_cli.api.answers import identity
from driver_cli.api.errors import Refused
from driver_cli.context import Context
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.options import ApiUrl, AsJson, DriverId, context_of
from driver_cli.state import Driver, Registration
from runtime.arguments import checked
from runtime.tokens import new_token

MAX_NAME = 255

EXAMPLES = (
    "wattline register Ana",
    'wattline --json register "Ana María"',
)


def name(text: str) -> str:
    """Raises ValueError."""
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= MAX_NAME or not trimmed.isprintable():
        raise ValueError(f"must be 1 to {MAX_NAME} printable characters; for example wattline register Ana")
    return trimmed


def register(
    typer_context: typer.Context,
    username: Annotated[str, typer.Argument(metavar="NAME", parser=checked(name), help="What you want to be called.")],
    another: Annotated[
        bool, typer.Option("--another", help="Register one more here; the driver before is then reached by --driver.")
    ] = False,
    as_json: AsJson = False,
    api: ApiUrl = None,
    driver: DriverId = None,
) -> None:
    """Register yourself as a driver; this machine remembers you."""
    context = context_of(typer_context, as_json, api, driver)
    if context.options.driver:
        text = "--driver and WATTLINE_DRIVER name a driver there is; register without them"
        raise Failure(ExitCode.USAGE, "driver_given", text)
    known = context.files.read().driver
    if known is None or another:
        registration = _remembered(context, username)
    elif known.username == username:
        # Under its own id again: it changes nothing, and a Wattline that was set up anew makes the same driver.
        registration = Registration(known.message_id, username, _token_of(context, known))
    else:
        raise _already_registered(known)
    try:
        answer = context.api.post("/v1/drivers", asdict(registration))
    except Refused as refused:
        raise endpoints.failure_of(refused) from None
    message_id = registration.message_id
    registered = endpoints.read(lambda raw: Driver(identity(raw, "driver_id"), username, message_id), answer)
    with context.files.change() as state:
        state.driver, state.registration = registered, None
        state.tokens[registered.driver_id] = registration.token
    told = f"Registered {registered.username} as {registered.driver_id}. Next: `wattline list`, `wattline charge CP`."
    context.result(answer, told)
    if known is not None and another:
        before = known.driver_id
        context.note(f"the driver before is {before} ({known.username}); reach it with --driver {before}")


def _token_of(context: Context, known: Driver) -> str:
    """The one he has; a new one where a wattline of old registered him, which knew none."""
    return context.files.read().tokens.get(known.driver_id) or new_token()


def _already_registered(known: Driver) -> Failure:
    text = (
        f"this machine's driver is {known.username} ({known.driver_id}) already; "
        f"charge as that one, or register one more with --another"
    )
    return Failure(ExitCode.REFUSED, "already_registered", text)


def _remembered(context: Context, username: str) -> Registration:
    """The registration, on disk before it is sent. Without an answer, the same name is sent under the same id again."""
    with context.files.change() as state:
        if state.registration is None or state.registration.username != username:
            state.registration = Registration(str(uuid4()), username, new_token())
        return state.registration
