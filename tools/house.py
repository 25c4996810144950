"""What no file of the repository may contain, as a table of patterns, and how long a file may be."""

import re
from dataclasses import dataclass
from pathlib import PurePath

MAX_LINES = 350
# Lock files, data and recorded sessions are read by programs; nobody reads them in one sitting.
COUNTED_SUFFIXES = frozenset({".py", ".sh", ".js", ".css", ".html", ".yml", ".toml", ""})

# Pictures of pages are the only binary files: a page of docs without them says little.
PICTURES, MOST_PICTURE_BYTES = "docs/pictures/pages/", 60_000
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Ban:
    """A pattern that a line must not match, and what to write instead."""

    pattern: re.Pattern[str]
    instead: str


# The patterns are written in pieces, so that this very file does not match them.
_SILENCER = r"#\s*(type:\s*" + r"ignore|pyright:\s*ignore|noqa)"
BANS = (
    Ban(
        re.compile(r"\b(pypi|pythonhosted|npmjs|repo1?\.maven|proxy\.golang)" + r"\.(org|com|io)\b"),
        "no registry's address: packages are named, and the machine knows where it gets them",
    ),
    Ban(
        re.compile(
            r"(?<![\w.~<$}])/(" + r"home/(?!wattline\b)\w+|root\b|Users/\w+|work\b|opt/wheels)(?=/|\W|$)"
        ),
        "no path of one machine: paths are relative to the repository or a setting",
    ),
    Ban(
        re.compile(_SILENCER + r"(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|\[[\w\s,-]+\])?\s*$"),
        "an exception needs its reason beside it: `# noqa: X1  # why`",
    ),
    Ban(re.compile(_SILENCER + r"(?!\s*[:\[])"), "name the rule that is excepted"),
)


def is_small_picture(path: PurePath, content: bytes) -> bool:
    """Whether it may be in the repository though it is binary."""
    is_there = path.as_posix().startswith(PICTURES) and path.suffix == ".png"
    return is_there and content.startswith(PNG) and len(content) <= MOST_PICTURE_BYTES


def violations(path: PurePath, text: str) -> list[str]:
    """Each rule the file breaks, with its line."""
    lines = text.splitlines()
    found = [
        f"{path}:{number}: {ban.instead}"
        for number, line in enumerate(lines, 1)
        for ban in BANS
        if ban.pattern.search(line)
    ]
    if path.suffix in COUNTED_SUFFIXES and len(lines) > MAX_LINES:
        found.append(f"{path}: {len(lines)} lines; a file is one concept, at most {MAX_LINES} lines")
    return found
