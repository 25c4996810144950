"""The Pico's platform keeps the contract on the emulated one: test_contract.py's checks, on the real MicroPython."""

from collections.abc import Callable

import pytest

from hil_tests.contract.checks import CHECKS
from hil_tests.contract.pico_board import MODULES, PicoContractBench
from tools.emulated_pico.bench import PicoBench

# check: seconds of the guest's time. Those of QUICK_S are `make test`'s, the others `make hil`'s.
QUICK_S = {"relay_follows_and_reads_back": 0.7, "inputs_read_what_is_wired": 0.6, "maintenance_outlives_a_restart": 1.5}
SLOW_S = {
    "relay_is_open_until_it_is_set": 3, "board_is_named_and_says_what_it_is": 2, "inputs_that_are_not_there_say_so": 2,
    "cause_of_a_reset_is_known": 8, "windows_hold_all_of_the_time": 14, "current_and_voltage_are_not_exchanged": 5,
    "power_is_right_whatever_the_phase": 30, "pause_of_the_loop_loses_no_window": 10,
    "what_was_lost_is_said_and_the_rest_is_right": 85, "window_tells_the_relay_s_level_during_all_of_it": 17,
    "watchdog_strikes_only_where_it_is_not_fed": 40, "nothing_is_allocated_in_a_pass": 5,
}  # fmt: skip
NOT_THERE = {name for name, (_, needs) in CHECKS.items() if "wrap" in needs or "ntc" in needs}
CASES = [
    pytest.param(check, marks=pytest.mark.guest_s(seconds, quick=check in QUICK_S))
    for check, seconds in {**QUICK_S, **SLOW_S}.items()
]


@pytest.fixture(scope="module")
def pico(new_pico: Callable[[], PicoBench]) -> PicoBench:
    bench = new_pico()
    bench.install(*MODULES)
    bench.start()
    return bench


def test_no_check_is_forgotten():
    assert set(CHECKS) == {*QUICK_S, *SLOW_S, *NOT_THERE}


@pytest.mark.parametrize("check", CASES)
def test_emulated_pico_keeps_the_contract(pico: PicoBench, check: str):
    function, needs = CHECKS[check]
    bench = PicoContractBench(pico, with_inputs="inputs" in needs)
    assert set(needs) <= set(bench.can)
    function(bench)
