"""The file `.env`: assignments, one a line."""

from pathlib import Path

from dotenv.parser import parse_stream

from runtime.registry import SettingError

_EXAMPLE = "each line must be NAME=value, for example LISTEN_PORT=7000"


def read_env_file(file: Path) -> dict[str, str]:
    """The file's assignments; none where there is no file.

    Raises SettingError where it cannot be read, or a line is no assignment (python-dotenv would skip it).
    """
    try:
        with file.open(encoding="utf-8") as stream:
            bindings = list(parse_stream(stream))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise SettingError(f"{file} is not UTF-8 text; {_EXAMPLE}") from None
    except OSError as error:
        raise SettingError(f"{file} cannot be read ({error.strerror}); {_EXAMPLE}") from None
    for binding in bindings:
        if binding.error or (binding.key is not None and binding.value is None):
            raise SettingError(f"{file} line {binding.original.line} is no setting; {_EXAMPLE}")
    return {each.key: each.value for each in bindings if each.key is not None and each.value is not None}
