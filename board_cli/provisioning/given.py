"""Puts together what was given for a config.json. No I/O: each source is a value."""

import json
from collections.abc import Mapping, Sequence

from chargepoint.settings import REQUIRED, TABLE, Setting

from board_cli.failures import Failure

Config = dict[str, object]
BY_NAME: dict[str, Setting] = {setting.name: setting for setting in TABLE}


def of_json(text: str | bytes, where: str) -> Config:
    """Raises Failure."""
    try:
        given = json.loads(text)
    except ValueError as error:
        raise Failure(f"{where}: is no JSON ({error})") from None
    if not isinstance(given, dict):
        raise Failure(f'{where}: is no JSON object; expected such as {{"cp_id": "cp_001"}}')
    return given


def of_pairs(pairs: Sequence[str]) -> Config:
    """Of NAME=VALUE. Raises Failure."""
    given: Config = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise Failure(f"{pair}: expected NAME=VALUE, such as cp_id=cp_001")
        given[name] = value
    return given


def merged(*sources: Mapping[str, object]) -> Config:
    """The later counts before the earlier; an empty text takes a setting out. Each value as it stands in config.json.

    Raises Failure for a setting that there is not, and a value that is not right.
    """
    config: Config = {}
    for source in sources:
        for name, value in source.items():
            if name not in BY_NAME:
                raise Failure(f"{name}: unknown; docs/config.md has every setting")
            if value in ("", None):
                config.pop(name, None)
            else:
                config[name] = right(BY_NAME[name], value)
    return {name: config[name] for name in BY_NAME if name in config}


def right(setting: Setting, value: object) -> object:
    """The value as JSON has it. Raises Failure."""
    try:
        checked = setting.check(value)
    except ValueError as error:
        raise Failure(f"{setting.name}: {value!r} is not right: {error}. For example: {setting.example}") from None
    return checked if isinstance(checked, (int, float, str)) else value


def is_required(setting: Setting) -> bool:
    return setting.default is REQUIRED
