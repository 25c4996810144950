"""The state of Central itself: settings, health, books."""

from pathlib import Path
from typing import Annotated

import typer

from central.operate.options import AsJson, Command
from central.operate.settings_in_force import config_in_force, files_in_force, show_settings

TITLE = "Central itself"


def config(as_json: AsJson = False) -> None:
    """Show each setting in force, where it came from, and the full path of every file.

    A value comes from the environment, from the file .env in the working directory, or is the default. Passwords are
    hidden.
    """
    from central.operate.output import print_json, print_table, say

    in_force = config_in_force()
    settings, files = show_settings(in_force), files_in_force(in_force)
    if as_json:
        print_json({"settings": settings, "files": files})
        return
    print_table(("name", "value", "source", "part"), settings)
    say("")
    print_table(("file", "place", "exists"), files)


def terms(as_json: AsJson = False) -> None:
    """Show the terms that sessions are folded under: what is set, and what is in force.

    Those in force were told in the log when a worker started; it is told what is set when it starts next.
    """
    from central.operate.opened import opened_database
    from central.operate.output import print_json, print_table
    from central.operate.terms import show_terms

    in_force = config_in_force()
    with opened_database(in_force) as database, database.reader.connect() as connection:
        shown = show_terms(in_force, connection)
    if as_json:
        print_json(shown)
        return
    print_table(("term", "set", "in_force"), shown)


def health() -> None:
    """Succeed when the tables are current and the log can be reached (for containers)."""
    from central.operate.opened import opened_database, opened_log
    from central.operate.output import say

    in_force = config_in_force()
    with opened_database(in_force), opened_log(in_force) as log:
        say(f"ok, log {log.cluster_id()}")


def verify() -> None:
    """Check the books: keys between tables, energy against registers, cost against tariff, tickets against sessions."""
    from central.actions.refusal import NotDone
    from central.operate.opened import opened_database
    from central.operate.output import say
    from central.operate.verify import verify as verify_books

    with opened_database(config_in_force()) as database, database.reader.connect() as connection:
        findings = verify_books(connection)
    for finding in findings:
        say(finding)
    if findings:
        raise NotDone(f"{len(findings)} findings")
    say("the books agree")


def backup(
    folder: Annotated[
        Path, typer.Argument(help="A folder that is not there yet, or is empty; it is made.", metavar="DIR")
    ],
    log_only: Annotated[
        bool, typer.Option("--log-only", help="Copy the log alone, after the database was dumped by other means.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy database and log to a folder, while everything runs, so that the copy folds on when it is put back.

    SQLite files are copied and checked; PostgreSQL is dumped by pg_dump; of Kafka's log nothing is copied, and it is
    told what to do instead. docs/operating.md says how to put a backup back.
    """
    import time

    from central.operate.backup import back_up
    from central.operate.output import print_json, say
    from central.views.moments import iso

    made_at = iso(time.time_ns() // 1_000_000)
    assert made_at is not None
    contents = back_up(config_in_force(), folder, made_at, log_only=log_only)
    if as_json:
        print_json({"folder": str(folder.absolute()), **vars(contents)})
        return
    say(f"{folder.absolute()}: {contents.bytes:,} bytes")
    say(f"database: {contents.database}")
    say(f"people: {contents.people}")
    say(f"log: {contents.log}")


COMMANDS = (
    Command("backup", backup, ("wattline-central backup /backup/2026-01-31", "wattline-central backup copy --json")),
    Command("config", config, ("wattline-central config", "wattline-central config --json")),
    Command("health", health, ("wattline-central health",)),
    Command("terms", terms, ("wattline-central terms", "wattline-central terms --json")),
    Command("verify", verify, ("wattline-central verify",)),
)
