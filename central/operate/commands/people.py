"""People and tokens: who may use the API, as what."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from central.operate.commands.served_sites import ServedSites, served_of
from central.operate.options import AsJson, Command, PersonId
from central.operate.settings_in_force import config_in_force
from central.people.roles import ALL, DRIVER, OF_SITES, ROLES, SCOPES
from runtime.arguments import checked

TITLE = "People"


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}, not {text[:40]!a}")
        return text

    return checked(parse)


Role = Annotated[str, typer.Option(parser=_one_of(ROLES), metavar="ROLE", help=f"One of {', '.join(ROLES)}.")]
PasswordFile = Annotated[
    str | None,
    typer.Option("--password-file", metavar="FILE", help="Where the password stands (- for stdin); else it is asked."),
]


def users(context: typer.Context, as_json: AsJson = False) -> None:
    """Show who operates this system: operators, auditors and admins. Drivers: `driver`."""
    if context.invoked_subcommand is not None:
        return
    from central.actions.people import list_users
    from central.actions.served_sites import sites_text
    from central.operate.opened import opened_people
    from central.operate.output import print_json, print_table

    with opened_people(config_in_force()) as people:
        known = list_users(people)
    if as_json:
        print_json(known)
        return
    rows = [{**each, "sites": sites_text(each["sites"]) if each["role"] in OF_SITES else ""} for each in known]
    columns = ("name", "role", "sites", "signs_in", "since")
    print_table(columns, rows, "nobody yet; `user add NAME --role admin` adds the first")


def add_user(
    name: PersonId, role: Role, sites: ServedSites = None, password_file: PasswordFile = None
) -> None:
    """Make somebody known who signs in by name and password. It is asked, or read from a file; never an argument.

    An operator or auditor without --site serves all sites; `user sites` changes that.
    """
    from central.actions.people import add_user as add
    from central.actions.served_sites import check_bound, sites_text
    from central.operate.opened import opened_people
    from central.operate.output import say

    config = config_in_force()
    if sites:
        check_bound(role)
    served = served_of(config, sites) if sites else None
    password = _password(password_file)
    with opened_people(config) as people:
        add(people, name, role, password, served)
    text = f"{role} of {sites_text(served)}" if role in OF_SITES else role
    say(f"{name}: added as {text}; signs in with the password just given")


def change_password(name: PersonId, password_file: PasswordFile = None) -> None:
    """Give somebody a new password. Tokens that were made by the old one go on: `token` lists them."""
    from central.actions.people import set_password
    from central.operate.opened import opened_people
    from central.operate.output import say

    password = _password(password_file)
    with opened_people(config_in_force()) as people:
        set_password(people, name, password)
    say(f"{name}: has a new password")


def tokens(
    context: typer.Context,
    of: Annotated[str | None, typer.Option("--of", metavar="WHO", help="Of this person or driver alone.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the tokens, the newest first: whose, what for, and whether they hold. The tokens themselves are nowhere."""
    if context.invoked_subcommand is not None:
        return
    from central.actions.people import list_tokens
    from central.operate.opened import opened_people
    from central.operate.output import print_json, print_table

    with opened_people(config_in_force()) as people:
        known = list_tokens(people, limit, of).rows
    if as_json:
        print_json(known)
        return
    columns = ("token_id", "of", "role", "scope", "label", "since", "state", "expires_at")
    print_table(columns, known, "there are no tokens yet; `token add ID` makes one")


def add_token(
    person: PersonId,
    role: Role = DRIVER,
    scope: Annotated[
        str, typer.Option(parser=_one_of(SCOPES), metavar="SCOPE", help="`all`, or `read`: one that only looks.")
    ] = ALL,
    label: Annotated[str, typer.Option(help="What it is for, to know it by.")] = "",
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="After how many days it expires.")] = None,
    sites: ServedSites = None,
    as_json: AsJson = False,
) -> None:
    """Make a token for a driver, a person or a program, and print it: once, for only its hash is kept.

    An operator or auditor who was not known serves the sites named, or all.
    """
    from central.actions.people import add_token as add
    from central.operate.opened import opened_people
    from central.operate.output import print_json, say

    config = config_in_force()
    served = served_of(config, sites) if sites else None
    with opened_people(config) as people:
        made = add(people, person, role, scope, label, days, served)
    if as_json:
        print_json(made)
        return
    say(made["token"])
    sys.stderr.write(f"token {made['token_id']} of {person} ({role}); keep it, it is shown this once\n")


def revoke_token(
    token_id: Annotated[str, typer.Argument(metavar="TOKEN_ID", help="As `token` shows it.")], as_json: AsJson = False
) -> None:
    """Make a token worthless, at once: what it follows ends too."""
    from central.actions.people import revoke_token as revoke
    from central.operate.opened import opened_people
    from central.operate.output import print_json, say

    with opened_people(config_in_force()) as people:
        revoke(people, token_id)
    if as_json:
        print_json({"token_id": token_id, "revoked": True})
        return
    say(f"{token_id}: revoked")


def _password(file: str | None) -> str:
    """Never an argument: those stand in the list of processes and in the shell's history."""
    from central.actions.refusal import NotDone

    if file is None:
        return typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotDone(f"--password-file {file} cannot be read ({error})") from None
    return text.strip()


COMMANDS = (
    Command("user", users, ("wattline-central user", "wattline-central user --json")),
    Command(
        "user add", add_user,
        ("wattline-central user add grace --role admin",
         "wattline-central user add ops --role operator --site north --site south"),
    ),
    Command("user password", change_password, ("wattline-central user password grace",)),
    Command("token", tokens, ("wattline-central token", "wattline-central token --of driver_001 --json")),
    Command(
        "token add", add_token,
        ("wattline-central token add driver_001", "wattline-central token add grafana --role auditor --scope read"),
    ),
    Command("token revoke", revoke_token, ("wattline-central token revoke 3f2a9c0d1b7e",)),
)  # fmt: skip
