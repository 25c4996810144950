"""The context of one command: its options, the API, the state file, the terminal."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rich.console import Console, RenderableType

from driver_cli import state
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.state import StateFile
from driver_cli.timing import Timing
from driver_cli.words.printable import as_json, clean

if TYPE_CHECKING:
    from driver_cli.api.client import Api

OF_SCRIPTS = "WATTLINE_TOKEN"  # the variable with their token; an option would stand in the list of processes


@dataclass(frozen=True)
class Options:
    """The options that every command has."""

    json: bool
    api: str
    driver: str | None

    def overridden(self, as_json: bool, api: str | None, driver: str | None) -> "Options":
        """What stands after the command's name counts more than what stands before it."""
        return Options(self.json or as_json, api or self.api, driver or self.driver)


@dataclass
class Context:
    """What a command works with. Results go to `out`, everything else to `err`."""

    options: Options
    out: Console
    err: Console
    files: StateFile
    timing: Timing = field(default_factory=Timing)

    @classmethod
    def of(cls, options: Options) -> "Context":
        return cls(options, Console(), Console(stderr=True), StateFile(state.folder(os.environ)))

    @cached_property
    def api(self) -> "Api":
        # Loading the transport takes longer than all of `--help`, so only those who ask Central do it.
        from driver_cli.api.client import Api

        return Api(self.options.api, self.note, self.timing)

    def driver_id(self) -> str:
        """--driver, or who registered here; Wattline is asked with his token from now on.

        Raises Failure (NOT_REGISTERED) where nobody did.
        """
        state = self.files.read()
        driver_id = self.options.driver or (state.driver.driver_id if state.driver else None)
        if driver_id is None:
            text = "no driver is registered on this machine; register with `wattline register NAME`"
            raise Failure(ExitCode.NOT_REGISTERED, "not_registered", text)
        token = os.environ.get(OF_SCRIPTS, "") or state.tokens.get(driver_id)
        if token:
            self.api.sign(token)
        return driver_id

    def note(self, text: str) -> None:
        """A line on stderr, beside the result."""
        self.err.print(f"wattline: {clean(text)}", markup=False, highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        """A line of the result; nothing where the result is JSON."""
        if not self.options.json:
            self.out.print(clean(text), markup=False, highlight=False, soft_wrap=True)

    def result(self, document: Mapping[str, Any], shown: RenderableType | str) -> None:
        """The result: the document with --json, else what is shown of it."""
        if self.options.json:
            print(as_json(document), file=self.out.file, flush=True)
        elif isinstance(shown, str):
            self.say(shown)
        else:
            self.out.print(shown)

    @property
    def interactive(self) -> bool:
        """A person sees the output and can answer a question."""
        return self.out.is_terminal and sys.stdin.isatty() and not self.options.json
