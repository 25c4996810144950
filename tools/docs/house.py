"""The folder table of docs/architecture.md: what lies where, from each package's docstring, and who imports whom, from
tools/imports.py. The rest of that page is written by hand.
"""

import ast
from pathlib import Path

from tools.docs.markdown import table
from tools.imports import PARTS, Part

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path("docs/architecture.md")
BEGIN = "<!-- written by `make docs` from the packages' docstrings and tools/imports.py -->"
END = "<!-- end of what `make docs` writes -->"
_FOLDERS = ("", "firmware")  # where packages lie


def page() -> str:
    """The page with its table as it should be. Raises ValueError where the page has no place for it."""
    before, begin, rest = (ROOT / PAGE).read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE} needs the lines {BEGIN!r} and {END!r}, with the table of folders between them")
    return f"{before}{BEGIN}\n\n{_table()}\n{END}{after}"


def _table() -> str:
    rows: list[tuple[str, str, str]] = []
    for name, part in PARTS.items():
        package = package_of(name)
        if package is not None and part.own:
            rows.append((f"`{package}/`", says(ROOT / package / "__init__.py"), _imports(name, part)))
    return table(("folder", "what is in it", "may import of ours"), rows)


def package_of(name: str) -> Path | None:
    """The folder of a part; None for one that is a single file, or is not written yet."""
    candidates = (Path(folder, *name.split(".")) for folder in _FOLDERS)
    return next((each for each in candidates if (ROOT / each / "__init__.py").is_file()), None)


def says(file: Path) -> str:
    """The first sentence of its docstring, on one line. Raises ValueError where there is none."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    if not text:
        raise ValueError(f"{file} needs a docstring that says what is in the folder")
    return " ".join(text.split("\n\n")[0].split()).removesuffix(".")


def _imports(name: str, part: Part) -> str:
    """`chargepoint (clock, faults)` stands for two modules of one package."""
    within: dict[str, list[str]] = {}
    for each in sorted(part.own - {name}):
        top, _, rest = each.partition(".")
        within.setdefault(top, []).extend([rest] if rest else [])
    shown = (f"{top} ({', '.join(rest)})" if rest else top for top, rest in within.items())
    return ", ".join(shown) or "nothing"
