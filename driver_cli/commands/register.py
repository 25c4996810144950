"""`wattline register NAME`."""

from typing import Annotated
from uuid import uuid4

import typer

from driver_cli.api import charges
from driver_cli.api.answers import text as text_of
from driver_cli.api.client import Refused
from driver_cli.context import Run
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.options import ApiUrl, AsJson, DriverId, checked, run_of
from driver_cli.state import Driver, Registration

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
    context: typer.Context,
    username: Annotated[str, typer.Argument(metavar="NAME", parser=checked(name), help="What you want to be called.")],
    another: Annotated[
        bool, typer.Option("--another", help="Register one more here; the driver before is then reached by --driver.")
    ] = False,
    as_json: AsJson = False,
    api: ApiUrl = None,
    driver: DriverId = None,
) -> None:
    """Register yourself as a driver; this machine remembers you."""
    run = run_of(context, as_json, api, driver)
    if run.options.driver:
        text = "--driver and WATTLINE_DRIVER name a driver there is; register without them"
        raise Failure(ExitCode.USAGE, "driver_given", text)
    known = run.files.read().driver
    if known is None or another:
        message_id = _remembered(run, username).message_id
    elif known.username == username:
        # Again under its own id: nothing new where Wattline knows it, and the same driver where it was set up anew.
        message_id = known.message_id
    else:
        raise _already_registered(known)
    try:
        answer = run.api.post("/v1/drivers", {"message_id": message_id, "username": username})
    except Refused as refused:
        raise charges.failure_of(refused) from None
    registered = charges.read(lambda raw: Driver(text_of(raw, "driver_id"), username, message_id), answer)
    with run.files.change() as state:
        state.driver, state.registration = registered, None
    told = f"Registered {registered.username} as {registered.driver_id}. Next: `wattline list`, `wattline charge CP`."
    run.result(answer, told)
    if known is not None and another:
        run.note(f"the driver before is {known.driver_id} ({known.username}); reach it with --driver {known.driver_id}")


def _already_registered(known: Driver) -> Failure:
    text = (
        f"this machine's driver is {known.username} ({known.driver_id}) already; "
        f"charge as that one, or register one more with --another"
    )
    return Failure(ExitCode.REFUSED, "already_registered", text)


def _remembered(run: Run, username: str) -> Registration:
    """The registration's id, on the disk before it is sent; the same one while the same name has no answer."""
    with run.files.change() as state:
        if state.registration is None or state.registration.username != username:
            state.registration = Registration(str(uuid4()), username)
        return state.registration
