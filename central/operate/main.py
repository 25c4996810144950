"""`wattline-central`: the processes of Central, and the operator's commands."""

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from central import settings
from central.fold.apply import apply
from central.fold.parking import unparked
from central.money.formats import price as price_text
from central.money.formats import price_e4
from central.operate import requests as operator
from central.operate.unpark import unpark as unpark_key
from central.operate.verify import verify as verify_database
from central.store import parked as parked_rows
from central.store.database import Database, is_passing, reason_of
from central.store.migrate import is_current
from central.store.opening import database_of, log_of, terms_of
from central.views.moments import iso
from central.views.points import read_points
from central.worker.dead_letter import read_newest
from eventlog import Log, LogError
from runtime.config import ConfigManager

PROGRAM = "wattline-central"
NOT_DONE_EXIT = 1
PIPED_WIDTH = 200  # characters of a table that goes to a file or another program

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Central: turns the log into sessions and money, serves drivers, obeys the operator.",
    epilog="Settings come from the environment or .env; docs/settings.md lists them.",
)
console = Console(soft_wrap=True)

PointId = Annotated[str, typer.Argument(help="The charge point, such as cp_001.", metavar="CP")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.command(epilog="Example: wattline-central worker")
def worker() -> None:
    """Fold the log into the database and send commands, until SIGTERM."""
    from central.worker.run import run_worker

    raise typer.Exit(run_worker(_config()))


@app.command(epilog="Example: API_ADDRESS=127.0.0.1:8080 wattline-central api")
def api() -> None:
    """Serve the HTTP API, until SIGTERM."""
    from central.api.serve import run_api

    raise typer.Exit(run_api(_config()))


@app.command("list", epilog="Example: wattline-central list --json")
def list_points(as_json: AsJson = False) -> None:
    """Show the charge points."""
    config = _config()
    with _errors(), _database(config) as database, database.reader.connect() as connection:
        points = read_points(connection, config[settings.CURRENCY])
    if as_json:
        _print_json(points)
        return
    columns = ("cp_id", "status", "location", "price_per_kwh", "vehicle", "power_w", "faults", "last_connection_time")
    for point in points:
        point["faults"] = ", ".join(point["faults"])
    _print_table(columns, points, "no charge point has registered yet")


@app.command(epilog="Example: wattline-central stop cp_001")
def stop(cp_id: PointId) -> None:
    """Take a charge point out of service: a running charge ends, and starts are refused until `resume`."""
    _request(cp_id, "stop")


@app.command(epilog="Example: wattline-central resume cp_001")
def resume(cp_id: PointId) -> None:
    """Take a charge point into service again."""
    _request(cp_id, "resume")


@app.command(epilog="Example: wattline-central price cp_001 0.32")
def price(
    cp_id: PointId, per_kwh: Annotated[str, typer.Argument(help="Currency units per kWh, such as 0.32.", metavar="N")]
) -> None:
    """Change the price per kWh. Charges that run keep the price they began with."""
    try:
        exact = price_e4(per_kwh)
    except ValueError as error:
        _fail(f"N: {error}")
    _request(cp_id, "price_change", exact / 10_000)


@app.command(epilog="Example: wattline-central reset cp_001")
def reset(cp_id: PointId) -> None:
    """Clear the latched faults of a charge point."""
    _request(cp_id, "reset")


@app.command(epilog="Example: wattline-central replace cp_001")
def replace(cp_id: PointId) -> None:
    """Let another board take the place of the one bound to a charge point: the next that registers."""
    _request(cp_id, "replace")


@app.command(epilog="Example: wattline-central parked")
def parked(as_json: AsJson = False) -> None:
    """Show the keys whose folds failed, with the error and how many records wait."""
    with _errors(), _database(_config()) as database, database.reader.connect() as connection:
        keys = [{**asdict(key), "since": iso(key.since_ms)} for key in parked_rows.list_keys(connection)]
    if as_json:
        _print_json(keys)
        return
    _print_table(("key", "topic", "records", "since", "error"), keys, "nothing is parked")


@app.command(epilog="Example: wattline-central unpark cp_001")
def unpark(key: Annotated[str, typer.Argument(help="A charge point or driver that `parked` lists.")]) -> None:
    """Fold what was parked of a key, after the fold was mended."""
    config = _config()
    with _errors(), _database(config) as database:
        done = unpark_key(database, key, terms_of(config), apply, unparked)
    if done is None:
        _fail(f"nothing of {key} is parked; wattline-central parked lists what is")
    if done.error:
        _fail(f"{key}: {done.folded} records folded, then the fold failed again: {done.error}")
    console.print(f"{key}: {done.folded} records folded", highlight=False)


@app.command(epilog="Example: wattline-central dead --limit 20")
def dead(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many of the newest.")] = 20, as_json: AsJson = False
) -> None:
    """Show the newest records that could not be folded, and why."""
    with _errors(), _log(_config()) as log:
        letters = [{**asdict(letter), "at": iso(letter.at_ms)} for letter in read_newest(log, limit)]
    if as_json:
        _print_json(letters)
        return
    columns = ("at", "reason", "text", "topic", "partition", "offset", "appender", "key", "value")
    _print_table(columns, letters, "there are no dead letters")


@app.command(epilog="Example: wattline-central verify")
def verify() -> None:
    """Check the books: keys between tables, energy against registers, cost against tariff, tickets against sessions."""
    with _errors(), _database(_config()) as database, database.reader.connect() as connection:
        findings = verify_database(connection)
    for finding in findings:
        console.print(finding, highlight=False, markup=False)
    if findings:
        _fail(f"{len(findings)} findings")
    console.print("the books agree")


@app.command(epilog="Example: wattline-central health")
def health() -> None:
    """Succeed when the tables are current and the log can be reached (for containers)."""
    config = _config()
    with _errors(), _database(config), _log(config) as log:
        console.print(f"ok, log {log.cluster_id()}", highlight=False)


def _request(cp_id: str, action: str, price_per_kwh: float | None = None) -> None:
    config = _config()
    with _errors(), _database(config) as database, _log(config) as log:
        point = operator.request(database, log, cp_id, action, price_per_kwh)
    price_now = price_text(point.price_e4)
    console.print(
        f"{point.cp_id}: {action} done; {point.status}, {price_now} {config[settings.CURRENCY]}/kWh", highlight=False
    )


def _config() -> ConfigManager:
    return ConfigManager.load_or_exit(PROGRAM)


@contextmanager
def _database(config: ConfigManager) -> Generator[Database]:
    database = database_of(config)
    try:
        if not is_current(database.reader):
            raise operator.NotDone(
                f"{database.reader.url.render_as_string()} holds no current tables; start wattline-central worker first"
            )
        yield database
    finally:
        database.dispose()


@contextmanager
def _log(config: ConfigManager) -> Generator[Log]:
    log = log_of(config, f"{PROGRAM}-operator")
    try:
        yield log
    finally:
        log.close()


@contextmanager
def _errors() -> Generator[None]:
    """What can go wrong, in one line."""
    try:
        yield
    except operator.NotDone as error:
        _fail(str(error))
    except (LogError, TimeoutError) as error:
        why = str(error) or "no answer in time"
        _fail(f"the log cannot be used ({why}); is it running, and do BROKER_ADDRESS or LOG_PATH name it?")
    except SQLAlchemyError as error:
        if not is_passing(error):
            raise
        _fail(f"the database cannot be used ({reason_of(error)}); do DB_PATH or DATABASE_URL name it?")


def _fail(text: str) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(f"{PROGRAM}: {text}", style="red", highlight=False, markup=False)
    raise typer.Exit(NOT_DONE_EXIT)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def _print_table(columns: Sequence[str], rows: Sequence[dict[str, Any]], nothing: str) -> None:
    if not rows:
        console.print(nothing)
        return
    table = Table(box=None)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")  # nothing is cut off
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    (console if console.is_terminal else Console(width=PIPED_WIDTH)).print(table)


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    # What a stranger wrote must not reach the terminal as control characters.
    return escape("".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text))


if __name__ == "__main__":
    app()
