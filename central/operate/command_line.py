"""The command line of `wattline-central`, out of the tables of commands."""

from typing import Annotated, Any

import typer

from central.operate.commands import (
    drivers,
    failures,
    figures,
    homes,
    notices,
    people,
    points,
    processes,
    served_sites,
    sites,
    stickers,
    stuck,
    system,
    webhooks,
)
from central.operate.program import PROGRAM
from runtime.command_line import docstring_of, examples_of, version_option

GROUPS = (
    processes, points, stickers, sites, drivers, people, served_sites, stuck, failures, figures, notices, homes,
    webhooks, system,
)  # fmt: skip

cli = typer.Typer(
    name=PROGRAM,
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings come from the environment or .env; docs/settings.md lists them, `wattline-central config` shows "
    "them. docs/wattline-central.md describes every command.",
)


@cli.callback()
def _options(show_version: Annotated[bool, version_option(PROGRAM)] = False) -> None:
    """Central: turns the log into sessions and money, serves drivers, obeys the operator."""


def _enter_all() -> None:
    """A command that others stand below is a command by itself too: `held` lists, `held accept` does something."""
    commands = [(command, group.TITLE) for group in GROUPS for command in group.COMMANDS]
    parents = {"": cli, **{name: typer.Typer() for command, _ in commands if (name := command.name.rpartition(" ")[0])}}
    for command, title in commands:
        parent, _, name = command.name.rpartition(" ")
        shown: dict[str, Any] = {"help": docstring_of(command.function), "epilog": examples_of(command.examples)}
        if not parent:
            shown["rich_help_panel"] = title
        if command.name in parents:
            below = parents[command.name]
            below.callback(invoke_without_command=True)(command.function)
            cli.add_typer(below, name=name, **shown)
        else:
            parents[parent].command(name, **shown)(command.function)


_enter_all()
