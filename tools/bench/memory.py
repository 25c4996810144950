"""Resident memory of every process of the running system, while three boards of three shapes charge."""

from collections import defaultdict
from pathlib import Path

from tools.bench.driver import QuickDriver
from tools.bench.figures import Figure
from tools.bench.run import Run
from tools.services.process import wait_for
from tools.stack.boards import Design
from tools.stack.places import PLACES
from tools.stack.stack import Stack

PROC = Path("/proc")
POWER_W = 3_700
FLOWING_TIMEOUT_S = 30.0
GROUP = 2  # place of the process group in /proc/PID/stat, counted after the name
BYTES_PER_MB = 1_000_000
BYTES_PER_KB = 1_024  # /proc's "kB"


def measure(run: Run) -> list[Figure]:
    """On the first of the run's logs."""
    if not (PROC / "self" / "status").exists():
        run.say("memory: this machine has no /proc, nothing is measured")
        return []
    log = run.logs[0]
    designs = [Design(cp_id, shape, f"constant:{POWER_W}") for cp_id, shape, _ in PLACES]
    with Stack(run.folder / "memory", designs, log, say=run.say) as stack:
        _charge_everywhere(stack)
        groups = _resident_bytes_by_group()
        sizes = [(process.name, groups[process.pid] / BYTES_PER_MB) for process in stack.processes()]
    figures = [Figure(f"memory of {name}", log, size_mb, "MB") for name, size_mb in sizes]
    return [*figures, Figure("memory of all", log, sum(size_mb for _, size_mb in sizes), "MB")]


def _charge_everywhere(stack: Stack) -> None:
    """Returns once Central shows power at every charge point."""
    driver = QuickDriver(stack.api_port)
    for cp_id in stack.charge_points:
        driver.ask(cp_id, driver.register(f"driver at {cp_id}"))
    driver.close()
    wait_for(
        lambda: all(point["power_w"] > 0 for point in stack.get("/v1/charge-points")["charge_points"]),
        FLOWING_TIMEOUT_S, "power flows at every charge point",
    )  # fmt: skip


def _resident_bytes_by_group() -> dict[int, int]:
    """By process group: each part of the stack leads one."""
    groups: dict[int, int] = defaultdict(int)
    for folder in PROC.glob("[0-9]*"):
        try:
            stat, status = (folder / "stat").read_text(), (folder / "status").read_text()
        except OSError:  # it has ended meanwhile
            continue
        groups[group_of(stat)] += resident_bytes(status)
    return groups


def group_of(stat: str) -> int:
    """Of the text of /proc/PID/stat. The name in it may hold spaces and brackets of its own."""
    return int(stat.rpartition(")")[2].split()[GROUP])


def resident_bytes(status: str) -> int:
    """VmRSS of the text of /proc/PID/status; 0 for a process that holds none, such as one that has just ended."""
    for line in status.splitlines():
        name, _, amount = line.partition(":")
        if name == "VmRSS":
            return int(amount.split()[0]) * BYTES_PER_KB
    return 0
