"""The command line of a server: what `--help` and `--version` say, and settings given as options."""

import argparse
from collections.abc import Sequence
from importlib import metadata
from typing import Any

from runtime.registry import Setting

DISTRIBUTION = "wattline"


def version() -> str:
    """That of the installed package."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "(not installed)"


def parser_of(program: str, description: str, examples: Sequence[tuple[str, str]]) -> argparse.ArgumentParser:
    """With `--version`, and the examples (command, what it does) below the options."""
    width = max(len(command) for command, _ in examples)
    shown = "\n".join(f"  {command:{width}}  {meaning}" for command, meaning in examples)
    parser = argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog=f"examples:\n{shown}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{program} {version()}")
    return parser


def add_settings(parser: argparse.ArgumentParser, settings: Sequence[Setting[Any]]) -> None:
    """An option for each of these settings: `--listen-port` for LISTEN_PORT."""
    group = parser.add_argument_group(
        "settings",
        "Each can be an environment variable instead, or a line of .env in the working directory\n"
        "(LISTEN_PORT=7000 for --listen-port 7000); an option counts before both.\n"
        "docs/settings.md describes every setting.",
    )
    for setting in settings:
        text = setting.help + (f" Default: {setting.default}." if setting.default else "")
        group.add_argument(option_of(setting), dest=setting.name, metavar="VALUE", help=text.replace("%", "%%"))


def option_of(setting: Setting[Any]) -> str:
    return "--" + setting.name.lower().replace("_", "-")


def settings_given(arguments: argparse.Namespace, settings: Sequence[Setting[Any]]) -> dict[str, str]:
    """What was given as options, by the setting's name: for `ConfigManager.load_or_exit`."""
    given = {setting.name: getattr(arguments, setting.name) for setting in settings}
    return {name: value for name, value in given.items() if value is not None}
