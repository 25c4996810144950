"""pytest's side of the benches: `--bench`, one run of a test for each bench, and the table of test × bench at the end.

A test that asks for `each_bench` runs on each. It names what it needs of it, and how long a Pico takes for it:

    @pytest.mark.needs("charge", "power cut")
    @pytest.mark.guest_s(9)
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from hil_tests.benches.abilities import ABILITIES
from hil_tests.benches.choice import DEFAULT, Missing, kind_of, make
from hil_tests.benches.guest_time import GuestTime
from hil_tests.benches.protocol import ChargePointBench
from hil_tests.benches.table import Table

BENCH = "each_bench"  # the fixture, and the property of a test's report that names the bench it ran on
_MARKS = (
    "needs(*abilities): what the test needs of a bench; see hil_tests/benches/abilities.py",
    "guest_s(seconds, quick=False): at most how much of an emulated Pico's time it takes; quick: `make test` runs it",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--bench", action="append", metavar="BENCH",
        help="run the hil tests on this bench alone, and fail where it is missing: "
        f"{', '.join(DEFAULT)} or serial:PORT[+PORT OF THE FIXTURE]; may be given again",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    for mark in _MARKS:
        config.addinivalue_line("markers", mark)
    try:
        for bench in chosen(config):
            kind_of(bench)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(Table(BENCH), "table of benches")
    config.pluginmanager.register(GuestTime(BENCH), "guests' time")


def chosen(config: pytest.Config) -> list[str]:
    return config.getoption("--bench") or list(DEFAULT)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if BENCH in metafunc.fixturenames:
        metafunc.parametrize(BENCH, chosen(metafunc.config), indirect=True, scope="function")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        bench = bench_of(item)
        if bench is None:
            continue
        item.user_properties.append((BENCH, bench))
        for unknown in needs_of(item) - set(ABILITIES):
            raise pytest.UsageError(f"{item.nodeid}: needs: there is no ability {unknown!r}; see abilities.py")


def bench_of(item: pytest.Item) -> str | None:
    """Where it runs; None for a test of another kind."""
    callspec = getattr(item, "callspec", None)
    return None if callspec is None else callspec.params.get(BENCH)


def needs_of(item: pytest.Item) -> frozenset[str]:
    return frozenset(str(each) for mark in item.iter_markers("needs") for each in mark.args)


@pytest.fixture
def each_bench(
    request: pytest.FixtureRequest, tmp_path: Path, missing: Callable[[str], NoReturn]
) -> Iterator[ChargePointBench]:
    """The bench that this run of the test is for. Skips where it cannot do what the test needs."""
    name: str = request.param
    lacks = needs_of(request.node) - kind_of(name).abilities
    if lacks:
        pytest.skip(f"{name} has no {', '.join(sorted(lacks))}")
    try:
        made = make(name, tmp_path)
    except Missing as error:
        if request.config.getoption("--bench"):
            pytest.fail(f"--bench {name}: {error} is missing", pytrace=False)
        missing(str(error))
    try:
        yield made
    finally:
        made.close()
