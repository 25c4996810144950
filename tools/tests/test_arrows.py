"""Imports go one way: no file of the repository imports against the table in tools/imports.py."""

import subprocess
from pathlib import Path

import pytest

from tools import imports

ROOT = Path(__file__).parents[2]


def product_files() -> list[Path]:
    """Every source file but tests, which may start and import anything."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "*.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [Path(line) for line in listed.splitlines() if (ROOT / line).is_file()]
    tests = {"tests", "hil_tests", "conftest.py"}
    return [each for each in files if not tests & set(each.parts)]


def test_no_import_goes_against_the_arrows():
    files = product_files()
    assert {"firmware", "runtime", "eventlog", "central", "bridge"} <= {each.parts[0] for each in files}
    found = [
        violation
        for file in files
        for violation in imports.violations(
            (ROOT / file).read_text(), imports.module_of(file), is_package=file.name == "__init__.py"
        )
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("wire.frame", "import chargepoint.engine"),
        ("wire.frame", "import typing"),
        ("wire.frame", "from dataclasses import dataclass"),
        ("wire.frame", "import logging"),
        ("wire.frame", "import kafka"),
        ("chargepoint.engine.engine", "from hal import tcp"),
        ("chargepoint.engine.engine", "def f():\n    import hal.tcp"),
        ("chargepoint.engine.engine", "from runtime import log"),
        ("chargepoint.engine.engine", "from chargepoint.monitor import watch"),
        ("chargepoint.monitor.central_side", "from chargepoint.engine import protection"),
        ("chargepoint.delivery.journal", "from chargepoint.engine import meter"),
        ("chargepoint.states", "from chargepoint.delivery import journal"),
        ("hal.sim", "import plant.car"),
        ("hal.sim", "import rp2"),
        ("hal.rp2", "import esp32"),
        ("main", "import bridge"),
        ("eventlog.port", "import runtime.log"),
        ("eventlog.port", "import wire"),
        ("runtime.log", "import eventlog"),
        ("bridge.forward", "import central"),
        ("bridge.forward", "import chargepoint.delivery.journal"),
        ("bridge.forward", "import sqlalchemy"),
        ("central.worker.loop", "from bridge import registry"),
        ("central.worker.loop", "import plant"),
        ("central.worker.loop", "from central.views import charge"),
        ("central.model.rows", "from central.money import tariff"),
        ("central.store.tables", "from central.fold import apply"),
        ("central.views.charge", "from central.api import context"),
        ("central.serving.app", "from central.worker import loop"),
        ("central.serving.app", "from central.fold import apply"),
        ("central.operate.main", "from central.api.charges import ask"),
        ("central.fold.session", "from central.store import tables"),
        ("central.fold.session", "from central import store"),
        ("central.fold.session", "from ..store import tables"),
        ("central.fold.session", "from .. import worker"),
        ("central.fold.session", "import time"),
        ("central.fold.session", "from datetime import datetime"),
        ("central.fold.session", "from uuid import uuid4"),
        ("central.fold.session", "import sqlalchemy.orm"),
        ("central.fold.session", "import importlib\nimportlib.import_module('central.store')"),
        ("central.fold.session", "__import__('so' + 'cket')"),
        ("central.fold.session", "if 1:\n    from os import path"),
        ("central.money.tariff", "import random"),
        ("central.money.tariff", "import central.fold.session"),
        ("central.money.tariff", "from runtime import settings"),
        ("plant.car", "import eventlog"),
        ("plant.car", "import chargepoint"),
        ("driver_cli.main", "import central.money"),
        ("driver_cli.main", "import tools.demo"),
        ("driver_cli.words.reasons", "from driver_cli.api.answers import Charge"),
        ("driver_cli.api.stream", "from driver_cli.tables import receipt"),
        ("driver_cli.tables.receipt", "from driver_cli.charge import run"),
        ("driver_cli.charge.run", "from driver_cli.commands import stop"),
        ("driver_cli.charge.run", "import httpx"),
        ("tools.demo", "import hil_tests.bench"),
    ],
)
def test_import_against_the_arrows_is_found(module: str, source: str):
    assert len(imports.violations(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("chargepoint.engine.engine", "import struct, time\nfrom chargepoint.engine import meter"),
        ("hal.adc_dma", "import rp2, machine\nfrom chargepoint import states"),
        ("bridge.lines.tcp", "import asyncio\nfrom wire.frame import Decoder\nfrom ..registry import Who"),
        ("central.fold.session", "import dataclasses\nfrom central.money import tariff\nfrom . import claim"),
        ("central.store.tables", "import sqlalchemy as sa\nfrom central.model import rows"),
        ("central.operate.main", "from central.worker.run import run_worker\nfrom central.serving import serve"),
        ("driver_cli.main", "import typer\nfrom runtime.config import ConfigManager"),
    ],
)
def test_import_along_the_arrows_is_allowed(module: str, source: str):
    assert imports.violations(source, module) == []


def test_package_s_own_relative_import_is_its_own():
    assert imports.violations("from . import session", "central.fold", is_package=True) == []
    assert len(imports.violations("from .. import store", "central.fold", is_package=True)) == 1


def test_new_package_needs_a_row():
    with pytest.raises(KeyError, match=r"helpers\.strings belongs to no part"):
        imports.violations("", "helpers.strings")


def test_table_s_arrows_make_no_circle():
    # An arrow and its counter-arrow could both stand in the table: each part must lie above what it imports.
    parts = {name: row for name, row in imports.PARTS.items() if "." not in name}
    below = {name: row.own - {name} for name, row in parts.items()}
    while free := [name for name, needs in below.items() if not needs & below.keys()]:
        for name in free:
            del below[name]
    assert not below
