"""`wattline login` and `wattline logout`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from driver_cli.api import endpoints
from driver_cli.api.answers import identity
from driver_cli.api.errors import Refused
from driver_cli.context import Context
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.options import ApiUrl, AsJson, DriverId, context_of
from driver_cli.state import Driver
from runtime.tokens import TOKEN_RULE, is_token

LOGIN_EXAMPLES = (
    "wattline login",
    "wattline login --token-file token.txt",
    "wattline login --token-file - < token.txt",
)
LOGOUT_EXAMPLES = ("wattline logout",)


def login(
    typer_context: typer.Context,
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the token stands (- for stdin); else it is asked.")
    ] = None,
    as_json: AsJson = False,
    api: ApiUrl = None,
    driver: DriverId = None,
) -> None:
    """Sign in as a driver, by a token that the operator gave you; this machine remembers you."""
    context = context_of(typer_context, as_json, api, driver)
    token = _token(token_file)
    context.api.sign(token)
    try:
        answer = context.api.get("/v1/me")
    except Refused as refused:
        raise endpoints.failure_of(refused) from None
    if answer.get("driver_id") is None:
        text = f"this token is of {answer.get('id')}, {answer.get('role')}, and charges no car; use a driver's"
        raise Failure(ExitCode.REFUSED, "no_driver", text)
    driver_id = endpoints.read(lambda raw: identity(raw, "driver_id"), answer)
    with context.files.change() as state:
        if state.driver is None or state.driver.driver_id != driver_id:
            state.driver = Driver(driver_id, driver_id, "")
        state.tokens[driver_id] = token
    context.result(answer, f"Signed in as {driver_id}. Next: `wattline list`, `wattline charge CP`.")


def logout(
    typer_context: typer.Context, as_json: AsJson = False, api: ApiUrl = None, driver: DriverId = None
) -> None:
    """Sign out: your token is worthless from then on, and this machine forgets it. A running charge goes on."""
    context = context_of(typer_context, as_json, api, driver)
    driver_id = context.driver_id()
    _revoke(context)
    with context.files.change() as state:
        state.tokens.pop(driver_id, None)
    context.result({"driver_id": driver_id, "signed_in": False}, f"Signed out {driver_id}.")


def _revoke(context: Context) -> None:
    try:
        context.api.post("/v1/sign-out", {})
    except Refused as refused:
        if refused.code not in endpoints.NO_DRIVER:  # else it is worthless already
            raise endpoints.failure_of(refused) from None


def _token(file: Path | None) -> str:
    """Never an argument: those stand in the list of processes. Raises Failure (USAGE)."""
    if file is None:
        text: str = typer.prompt("Token", hide_input=True, err=True)
    else:
        try:
            text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Failure(ExitCode.USAGE, "bad_token", f"--token-file {file} cannot be read ({error})") from None
    if not is_token(text.strip()):
        raise Failure(ExitCode.USAGE, "bad_token", f"that is no token; one is {TOKEN_RULE}")
    return text.strip()
