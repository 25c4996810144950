"""How long an emulated Pico may run in a test: each declares its guest's seconds, and is held to HELD_TO times them.

A second of a busy guest takes a processor about three (tools/emulated_pico/compiled.py), so these seconds are what
such a test costs. `make test` has QUICK_S of them in all, which two cores do in a minute; the rest is `make hil`'s.
"""

from collections.abc import Generator
from typing import Any

import pytest

from tools.emulated_pico.bench import PicoBench

QUICK_S = 46.0
HELD_TO = 6  # a guest whose time goes with ours idles on while others have the processors; more has grown, or hangs
WALL_PER_GUEST_S = 120  # a test that takes longer hangs; so slow is one on a machine that does much else
TIMEOUT_LEAST_S = 300
SPENT = "guest_s"  # the property of a test's report
LONG = ("hil_tests", "tools")  # the folders whose files take minutes
PICO, IMAGE = "pico", "pico_image"  # the bench, and the fixture of tests that make an emulated board themselves


def declared(item: pytest.Item) -> tuple[float, bool]:
    """(seconds, whether `make test` runs it)."""
    mark = item.get_closest_marker("guest_s")
    if mark is None:
        raise pytest.UsageError(f"{item.nodeid}: it runs an emulated Pico; expected @pytest.mark.guest_s(SECONDS)")
    return float(mark.args[0]), bool(mark.kwargs.get("quick", False))


class GuestTime:
    """A plugin of pytest. `parameter`: of a test, that names the bench it runs on."""

    def __init__(self, parameter: str) -> None:
        self._parameter = parameter
        self._before_s = 0.0
        self._spent_s = 0.0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "teardown":
            self._spent_s += float(str(dict(report.user_properties).get(SPENT, 0)))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._spent_s:
            terminalreporter.write_line(f"emulated Picos ran {self._spent_s:.1f} s of their own time")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        # The longest first: at the end one processor would wait for the other.
        items.sort(key=lambda item: (not self._uses_pico(item), item.nodeid.partition("/")[0] not in LONG))
        quick_s = 0.0
        for item in items:
            if not self._uses_pico(item):
                continue
            seconds, is_quick = declared(item)
            item.add_marker(pytest.mark.timeout(max(TIMEOUT_LEAST_S, seconds * WALL_PER_GUEST_S)))
            if is_quick:
                quick_s += seconds
            else:
                item.add_marker(pytest.mark.hil)
        if quick_s > QUICK_S:
            raise pytest.UsageError(f"guest_s: quick tests declare {quick_s:g} s of a guest's time, of {QUICK_S:g} s")

    def pytest_runtest_setup(self) -> None:
        self._before_s = PicoBench.spent_s

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None]:
        yield
        spent_s = PicoBench.spent_s - self._before_s
        if self._uses_pico(item):
            seconds = declared(item)[0]
            item.user_properties.append((SPENT, round(spent_s, 2)))
            if spent_s > HELD_TO * seconds:
                text = f"it took {spent_s:.2f} s of the guest's time, over {HELD_TO} times the declared {seconds:g}"
                pytest.fail(text, pytrace=False)

    def _uses_pico(self, item: pytest.Item) -> bool:
        callspec = getattr(item, "callspec", None)
        on_bench = callspec is not None and callspec.params.get(self._parameter) == PICO
        return on_bench or IMAGE in getattr(item, "fixturenames", ())
