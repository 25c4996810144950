"""The table of test × bench at the end of a run."""

from typing import Any

import pytest

SIGNS = {"passed": "yes", "skipped": "-", "failed": "FAILED"}
_NOT_RUN = "."


class Table:
    """A plugin of pytest. It knows tests of benches by the property `name` of their reports."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rows: dict[str, dict[str, str]] = {}
        self._reasons: dict[str, None] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        bench = dict(report.user_properties).get(self._name)
        if bench is None or (report.when != "call" and report.passed):
            return
        test = self._test_of(report.nodeid, str(bench))
        row = self._rows.setdefault(test, {})
        if row.get(str(bench)) != SIGNS["failed"]:
            row[str(bench)] = SIGNS[report.outcome]
        if report.skipped and isinstance(report.longrepr, tuple):
            self._reasons[report.longrepr[2].removeprefix("Skipped: ")] = None

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self._rows:
            return
        terminalreporter.section("test × bench")
        for line in self.lines():
            terminalreporter.write_line(line)

    def lines(self) -> list[str]:
        benches = list(dict.fromkeys(bench for row in self._rows.values() for bench in row))
        width = max(len(test) for test in self._rows)
        lines = [" ".join([" " * width, *(f"{bench:>8}" for bench in benches)])]
        for test, row in sorted(self._rows.items()):
            lines.append(" ".join([f"{test:{width}}", *(f"{row.get(bench, _NOT_RUN):>8}" for bench in benches)]))
        return lines + [f"- {reason}" for reason in self._reasons]

    @staticmethod
    def _test_of(nodeid: str, bench: str) -> str:
        """Without its file and without the bench among its parameters."""
        name, bracket, rest = nodeid.rpartition("::")[2].partition("[")
        others = [each for each in rest.removesuffix("]").split("-") if each != bench]
        return f"{name}[{'-'.join(others)}]" if bracket and others else name
