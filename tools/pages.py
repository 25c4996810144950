"""What the pages for people name, so that a test can ask whether it is there: links, paths, commands, targets."""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

NEW = "(new)"  # stands behind a path that is to be made
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)*/?)`( \(new\))?")
_SUFFIXES = (".py", ".md", ".toml", ".yml", ".lock", ".service", ".conf", ".example")
_COMMAND = re.compile(r"(?<![\w/=-])(wattline|wattline-board|wattline-central) ([a-z][a-z-]*)(?![\w.])")


def broken_links(page: Path) -> Iterator[str]:
    """Links of a page to files, or to headings in them, that are not there."""
    for target in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if "://" in target:
            continue
        name, _, heading = target.partition("#")
        file = page.parent / name if name else page
        if not file.exists():
            yield f"{page.name}: {target} is not there"
        elif heading and heading not in headings(file.read_text(encoding="utf-8")):
            yield f"{page.name}: {target} names no heading of {file.name}"


def headings(text: str) -> set[str]:
    """The anchors of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def wrong_paths(text: str, root: Path) -> list[str]:
    """Paths in backticks that are not there, and paths marked new that are."""
    found: list[str] = []
    for path, is_new in _paths(text, root):
        if (root / path).exists() is is_new:
            found.append(f"{path} exists, yet is marked {NEW}" if is_new else f"{path} does not exist")
    return found


def _paths(text: str, root: Path) -> Iterator[tuple[str, bool]]:
    """What stands in backticks and begins like a path of this repository."""
    folders = {each.name for each in root.iterdir() if each.is_dir()}
    for path, new in _PATH.findall(text):
        top, slash, _ = path.partition("/")
        if (slash and top in folders) or (not slash and path.endswith(_SUFFIXES) and (root / path).exists()) or new:
            yield path, bool(new)


def unknown_commands(text: str, commands: Mapping[str, Collection[str]]) -> list[str]:
    """`wattline WORD` in code whose WORD is no command of it."""
    code = _FENCE.findall(text) + re.findall(r"`([^`\n]+)`", text)
    named = {match for each in code for match in _COMMAND.findall(each)}
    return [f"{program} {word}" for program, word in sorted(named) if word not in commands[program]]
