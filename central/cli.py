"""`wattline-central`: the processes of Central, and the operator's commands."""

from typing import Annotated

import typer

from runtime.settings import ConfigManager

PROGRAM = "wattline-central"

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Central: turns the log into sessions and money, serves drivers, obeys the operator.",
    epilog="Settings come from the environment or .env; docs/settings.md lists them.",
)

ChargePointId = Annotated[str, typer.Argument(help="The charge point, such as cp_001.", metavar="CP")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command()
def worker() -> None:
    """Fold the log into the database and send commands, until SIGTERM."""
    from central.run_worker import run_worker

    raise typer.Exit(run_worker(_config()))


@app.command()
def api() -> None:
    """Serve the HTTP API, until SIGTERM."""
    from central.api.serve import run_api

    raise typer.Exit(run_api(_config()))


def _config() -> ConfigManager:
    return ConfigManager.load_or_exit(PROGRAM)


if __name__ == "__main__":
    app()
