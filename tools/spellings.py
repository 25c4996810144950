"""What sources spell, read from their syntax alone, to be held against the tables: codes to refuse with, names used."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Spelt:
    """A code as it stands in a source. `where`: file:line. `before`: the argument before it, as written, or ""."""

    where: str
    code: str
    before: str = ""


@dataclass(frozen=True)
class Place:
    """Sources that refuse, and by which calls: the name of what is called, and which argument is the code.

    `returns`: functions that return a code, alone or first in a tuple; `named`: variables that hold a code, or pairs
    of a code and its condition. Names that end in `*` stand for all that begin so.
    """

    sources: tuple[str, ...]
    calls: Mapping[str, int]
    returns: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


ERROR_RESPONSES = Place(
    ("firmware", "bridge"),
    {"FrameError": 0, "Problem": 0, "refuse": 1, "_refuse": 1, "_error": 0},
    returns=("_check_*",),
)
PLANT_ERRORS = Place(("plant",), {"FrameError": 0, "Problem": 0, "_refuse": 0})
COMMAND_RESPONSES = Place(
    ("firmware/chargepoint/engine",),
    {"_no": 0},
    returns=("_start", "_stop", "_stop_service", "_resume_service", "_reset_fault", "limit"),
    named=("reason", "reasons"),
)
DEAD_LETTERS = Place(
    ("central/fold", "central/model", "central/reading", "central/worker"), {"Refused": 0, "DeadLetter": 0}
)
CHARGE_REASONS = Place(
    ("central/fold",),
    {"_send_back": 1, "release_claim": 2},
    returns=("_refusal", "_reason_of"),
    named=("REFUSALS",),
)
API_ERRORS = Place(
    ("central/actions", "central/api", "central/serving", "central/web"), {"ApiError": 1, "Refusal": 1}
)

HOLDERS = frozenset({"config", "values"})  # what holds the values of settings, by the names it goes by


def spelt_in(source: str, name: str, place: Place) -> list[Spelt]:
    """The codes that stand in one source; what is computed (a code passed on, such as `error.code`) is none."""
    tree = ast.parse(source)
    constants = dict(_constants(tree))
    return [
        Spelt(f"{name}:{node.lineno}", code, before)
        for node, before in _codes(tree, place)
        for code in _texts(node, constants)
    ]


def spelt(root: Path, place: Place) -> list[Spelt]:
    """The codes of all sources of a place, tests left out. Raises FileNotFoundError where a source is gone."""
    return [
        each
        for file in _files(root, place)
        for each in spelt_in(file.read_text(encoding="utf-8"), str(file.relative_to(root)), place)
    ]


def deadlines_in(source: str) -> set[str]:
    """The sorts of deadlines that some code names: `lost` of an f"lost:{session_id}" that a `…deadline…` returns."""
    return {
        first.value.partition(":")[0]
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef) and "deadline" in function.name
        for node in ast.walk(function)
        if isinstance(node, ast.JoinedStr)
        and isinstance(first := node.values[0], ast.Constant)
        and isinstance(first.value, str)
        and ":" in first.value
    }


def deadlines_named(root: Path, source: str) -> set[str]:
    files = _files(root, Place((source,), {}))
    return {name for file in files for name in deadlines_in(file.read_text(encoding="utf-8"))}


def used_of(root: Path, source: str, module: str) -> set[str]:
    """The names that files below `source` use of a module: `module.NAME`, or imported from it."""
    return {
        name
        for file in _files(root, Place((source,), {}))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in _used(node, module)
    }


def settings_read_in(source: str) -> set[str]:
    """The settings whose value some code takes: `config[NAME]`, `self._config[settings.NAME]`, `values[NAME]`.

    A rule (`@TABLE.rule`), which only compares settings, takes none. A row of places (`Place(PATH, ADDRESS)`) takes
    its own, in methods that know them by other names.
    """
    tree = ast.parse(source)
    rules = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and _is_rule(node)]
    compared = {id(node) for rule in rules for node in ast.walk(rule)}
    places = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node.func) == "Place"]
    return {_name(setting) for place in places for setting in place.args} | {
        _name(node.slice)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and id(node) not in compared and _name(node.value).strip("_") in HOLDERS
    }


def settings_read(root: Path, sources: tuple[str, ...]) -> set[str]:
    files = _files(root, Place(sources, {}))
    return {name for file in files for name in settings_read_in(file.read_text(encoding="utf-8"))}


def _is_rule(node: ast.FunctionDef) -> bool:
    return any(_name(each) == "rule" for each in node.decorator_list)


def _used(node: ast.AST, module: str) -> list[str]:
    if isinstance(node, ast.ImportFrom) and (node.module or "").rpartition(".")[2] == module:
        return [alias.name for alias in node.names]
    if isinstance(node, ast.Attribute) and _name(node.value) == module:
        return [node.attr]
    return []


def _files(root: Path, place: Place) -> Iterator[Path]:
    for source in place.sources:
        path = root / source
        if not path.exists():
            raise FileNotFoundError(f"{source} is gone: where do its refusals stand now?")
        yield from (each for each in sorted(path.rglob("*.py")) if "tests" not in each.parts)


def _codes(tree: ast.Module, place: Place) -> Iterator[tuple[ast.expr, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            at = place.calls.get(_name(node.func))
            if at is not None and at < len(node.args):
                yield node.args[at], ast.unparse(node.args[at - 1]) if at else ""
        elif isinstance(node, ast.FunctionDef) and _is_named(node.name, place.returns):
            yield from ((each.value, "") for each in ast.walk(node) if isinstance(each, ast.Return) and each.value)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value and _is_named(_target(node), place.named):
            yield node.value, ""


def _texts(node: ast.expr, constants: Mapping[str, str]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name(id=name) if name in constants:
            yield constants[name]
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one, constants)
            yield from _texts(other, constants)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _texts(value, constants)
        case ast.Call(func=ast.Name(id="str"), args=[argument]):
            yield from _texts(argument, constants)
        case ast.Tuple(elts=[first, *_] as every):
            # Of a code with its text or condition the code; of several such pairs each one's.
            for each in every if isinstance(first, ast.Tuple) else [first]:
                yield from _texts(each, constants)
        case _:
            return


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Module constants that are texts."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield _target(node), node.value.value


def _target(node: ast.Assign | ast.AnnAssign) -> str:
    return _name(node.targets[0] if isinstance(node, ast.Assign) else node.target)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_named(name: str, patterns: tuple[str, ...]) -> bool:
    return any(name.startswith(each[:-1]) if each.endswith("*") else name == each for each in patterns)
