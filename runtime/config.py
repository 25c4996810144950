"""The settings of one process: values, and where each came from.

A value comes from the command line, else from the environment, else from `.env` in the working directory, else from
the table. An empty value counts as unset. All are judged at start, whichever program it is.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar, cast

from runtime import values
from runtime.env_file import read_env_file
from runtime.exit_codes import USAGE_EXIT
from runtime.misspelt import NEAR_IN_ENVIRONMENT, NEAR_IN_FILE, misspelt
from runtime.registry import Setting, SettingError, Table, gathered

T = TypeVar("T")
SHOWN_CHARACTERS = 60  # of a bad value, so that the complaint stays one readable line
ENV_FILE = ".env"
OPTION, ENVIRONMENT, FILE, DEFAULT = "option", "environment", "file", "default"
_PASSWORD = re.compile(r"(?<=//)([^:/@?]*):.*@|(?<=password=)[^&]*", re.IGNORECASE)
_HIDDEN = "***"


class Given(NamedTuple):
    """The text of a setting, and where it came from: OPTION, ENVIRONMENT, FILE or DEFAULT."""

    text: str
    source: str


class ConfigManager:
    """The settings of one process: `config[settings.LISTEN_PORT]` is an int, checked.

    Raises SettingError when made, if any setting is bad. `env_file`: the full path of `.env`, whether it exists or not.
    `warnings`: lines about names that are near to a setting and are none.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        env_file: Path | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.tables: Sequence[Table] = gathered()
        self.env_file = env_file.absolute() if env_file else None
        filed = read_env_file(self.env_file) if self.env_file else {}
        sources = {OPTION: options or {}, ENVIRONMENT: environment, FILE: filed}
        settings = [row for table in self.tables for row in table.rows]
        self._given = {each.name: _given(each, sources) for each in settings}
        self._values = {each.name: self._parsed(each) for each in settings}
        for rule in (rule for table in self.tables for rule in table.rules):
            if complaint := rule(self):
                raise SettingError(complaint)
        self.warnings = list(self._misspelt(environment, filed))

    @classmethod
    def load(cls, options: Mapping[str, str] | None = None) -> Self:
        """From `options` (of the command line, by setting), this process's environment, and `.env` where it works."""
        return cls(os.environ, Path(ENV_FILE), options)

    @classmethod
    def load_or_exit(cls, program: str, options: Mapping[str, str] | None = None) -> Self:
        """As `load`, with the warnings on stderr; a bad setting is told there in one line, and ends it with code 2."""
        try:
            config = cls.load(options)
        except SettingError as error:
            sys.stderr.write(f"{program}: {error}\n")
            raise SystemExit(USAGE_EXIT) from None
        for warning in config.warnings:
            sys.stderr.write(f"{program}: warning: {warning}\n")
        return config

    def __getitem__(self, setting: Setting[T], /) -> T:
        return cast(T, self._values[setting.name])

    def given(self, setting: Setting[Any]) -> Given:
        """Its text as it was written, a password in it hidden, and its source."""
        given = self._given[setting.name]
        if setting.is_password:
            return Given(_HIDDEN if given.text else "", given.source)
        return Given(_PASSWORD.sub(_hidden, given.text), given.source) if setting.secret else given

    def _parsed(self, setting: Setting[Any]) -> object:
        text, source = self._given[setting.name]
        try:
            if len(text) > values.MAX_TEXT:
                raise ValueError(f"must have at most {values.MAX_TEXT} characters, not {len(text)}")
            if not text.isprintable():
                raise ValueError("must have no control characters")
            return setting.parse(text)
        except ValueError as error:
            where = f" (in {self.env_file})" if source == FILE else ""
            shown = "" if setting.secret or setting.is_password else f", not {_shown(text)}"
            raise SettingError(
                f"{setting.name}{where} {error}{shown}; for example {setting.name}={setting.example}"
            ) from None

    def _misspelt(self, environment: Mapping[str, str], filed: Mapping[str, str]) -> Iterator[str]:
        for where, names, near in (
            (str(self.env_file), filed, NEAR_IN_FILE), ("the environment", environment, NEAR_IN_ENVIRONMENT),
        ):  # fmt: skip
            for name, meant in misspelt(names, self._given, near):
                yield f"{ascii(name)[1:-1]} (in {where}) is no setting and has no effect; is {meant} meant?"


def _given(setting: Setting[Any], sources: Mapping[str, Mapping[str, str]]) -> Given:
    for source, texts in sources.items():
        # Compose files and shells pass "not set" on as an empty string.
        if text := texts.get(setting.name, "").strip():
            return Given(text, source)
    return Given(setting.default, DEFAULT)


def _hidden(found: re.Match[str]) -> str:
    return _HIDDEN if found[1] is None else f"{found[1]}:{_HIDDEN}@"


def _shown(text: str) -> str:
    # ascii(): whatever the terminal's encoding, the complaint about a value must not fail on the value.
    shown = ascii(text[: values.MAX_TEXT])
    return shown if len(shown) <= SHOWN_CHARACTERS else shown[:SHOWN_CHARACTERS] + "..."
