"""The firmware on real MicroPython for the RP2040: the same bytes as elsewhere, and what it takes of a Pico."""

from collections.abc import Callable

import pytest

from hil_tests.roles import Cost, cost_of, pass_of_the_loop
from hil_tests.test_wire_vectors import VECTORS, results_here
from tools.emulated_pico.bench import PicoBench

Record = Callable[[str, object], None]

WIRE = ("wire.check", "wire.frame", "wire.ids", "wire.kinds.log", "wire.kinds.plant", "wire.seal")
VECTORS_LIMIT_S = 6.0
# A little more than there is today, of a board that is made and has not run yet. Files are to fall to 60 kB a role, and
# 140 kB are to stay free, 40 of them in one piece: each step lowers its bound.
MAX_MPY_BYTES = {"engine": 77_000, "monitor": 59_000, "both": 88_000}
MIN_FREE_BYTES = {"engine": 106_000, "monitor": 149_000, "both": 91_000}
MIN_LARGEST_BYTES = 75_000
# What a pass allocates, in bytes; aged: after 18 days of ticks.
PASSES = ("quiet", "window", "aged_quiet", "aged_window")
# MicroPython before 1.26 takes an object that ends before its brace. No tagged line does, whose tag is a sum of it.
UNCLOSED = ("{", '{"type":"pins","relay":true')


@pytest.mark.guest_s(2, quick=True)
def test_wire_vectors_are_the_same_bytes(new_pico: Callable[[], PicoBench]):
    bench = new_pico()
    bench.install(*WIRE, also={VECTORS.name: VECTORS})
    bench.start()
    bench.boot()
    found = bench.exec("import wire_lines", VECTORS_LIMIT_S).splitlines()
    lenient = bench.exec("import sys\nprint(sys.implementation.version[:2] < (1, 26))") == "True\n"
    expected = results_here()
    left_out = {f"{payload[:40]} ->" for payload in UNCLOSED} if lenient else set[str]()

    def judged(lines: list[str]) -> list[str]:
        return [line for line in lines if not any(line.startswith(f"{begin} ") for begin in left_out)]

    assert len(found) == len(expected)
    assert judged(found) == judged(expected)


def judge(role: str, cost: Cost):
    assert cost.mpy_bytes < MAX_MPY_BYTES[role], cost
    assert cost.free_bytes > MIN_FREE_BYTES[role], cost
    assert cost.largest_bytes > MIN_LARGEST_BYTES, cost


@pytest.mark.guest_s(1.8, quick=True)
@pytest.mark.parametrize("role", ["engine", "monitor"])
def test_role_fits_a_pico(new_pico: Callable[[], PicoBench], role: str, record_property: Record):
    cost = cost_of(role, new_pico())
    record_property(role, cost._asdict())
    judge(role, cost)


@pytest.mark.guest_s(6)
def test_both_roles_fit_a_pico_and_a_pass_allocates_nothing(
    new_pico: Callable[[], PicoBench], record_property: Record
):
    bench = new_pico()
    cost = cost_of("both", bench)
    figures = pass_of_the_loop(bench)
    record_property("both", {**cost._asdict(), **figures})
    judge("both", cost)
    assert [figures[name] for name in PASSES] == [0, 0, 0, 0], figures
    assert figures["locked"] > 0, "passes that ran with the heap locked"
