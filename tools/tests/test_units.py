"""The systemd units: systemd understands every line, and they agree with the programs they start."""

import configparser
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from bridge.main import SPARE_FILES
from bridge.settings import MAX_LINES
from runtime.exit_codes import STOPPED_EXIT, USAGE_EXIT

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
PROGRAMS = "/opt/wattline/bin/"

each_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)


def section(unit: Path, name: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read(unit, encoding="utf-8")
    return parser[name]


def test_there_is_one_for_each_server() -> None:
    servers = ("api", "bridge", "homes", "insight", "notify", "worker")
    assert [unit.stem for unit in UNITS] == [f"wattline-{server}" for server in servers]


@each_unit
def test_it_starts_a_program_of_ours_as_nobody_in_particular(unit: Path) -> None:
    service = section(unit, "Service")
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert service["ExecStart"].removeprefix(PROGRAMS).split()[0] in scripts
    assert service["User"] == "wattline"


def test_bridge_may_open_a_file_for_each_line() -> None:
    service = section(ROOT / "deploy" / "systemd" / "wattline-bridge.service", "Service")
    assert int(service["LimitNOFILE"]) >= int(MAX_LINES.default) + SPARE_FILES


@each_unit
def test_what_no_trying_mends_is_not_tried_again(unit: Path) -> None:
    service = section(unit, "Service")
    assert service["Restart"] == "on-failure"
    assert [int(code) for code in service["RestartPreventExitStatus"].split()] == [USAGE_EXIT, STOPPED_EXIT]


@each_unit
def test_systemd_understands_every_line(unit: Path, tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is missing")  # on a build server too: not every image has systemd
    # It looks for the programs as well, which are not installed here.
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text(encoding="utf-8").replace(PROGRAMS, "/bin/true "), encoding="utf-8")
    ended = subprocess.run([verify, "verify", str(copy)], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout + ended.stderr) == (0, "")
