"""The steps of a calibration, in order: the board's figures of a load, its new settings, and its figures with them."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from chargepoint.settings import REAL

from board_cli.calibrating.corrections import Change, applied, gains, judge_reference, judge_shown, offsets, phase
from board_cli.calibrating.reading import Reading, read_of
from board_cli.failures import Failure
from board_cli.provisioning.judged import judge
from board_cli.provisioning.writing import AtPrompt, Config, rewrite
from board_cli.talk.board import Board
from board_cli.talk.service import Message

PAUSE_S = 0.2  # between two questions: the board has a charge to look after
POLL_S = 1.0

# What its channels read at rest, over whole cycles of 50 and of 60 Hz: at GPIO 26 current, at 27 voltage (hal/rp2.py).
AT_REST = """
import json, machine, time
def rest(pin):
    adc, total, n, start = machine.ADC(pin), 0, 0, time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), start) < 200:
        total += adc.read_u16() >> 4
        n += 1
    return total / n
print(json.dumps([rest(26), rest(27)]))
"""


@dataclass(frozen=True)
class Calibrated:
    """`after`: read with the new settings; None where no load came in time, or nothing was written."""

    shown: Reading
    changes: list[Change]
    after: Reading | None


@dataclass(frozen=True)
class Wanted:
    """`true`: what the reference shows. `seconds`: of reading; `load_wait_s`: for a charge to run again, to verify."""

    true: Reading
    frequency_hz: float
    seconds: float
    load_wait_s: float


def shown_of(board: Board, true: Reading, seconds: float) -> Reading:
    """Raises Failure where it has no meter that runs, or too little flows."""
    told = [_metered(board)]
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(PAUSE_S)
        told.append(_metered(board))
    shown = read_of(told)
    judge_shown(true, shown)
    return shown


def calibrate(board: Board, wanted: Wanted, tell: Callable[[str], None]) -> Calibrated:
    """Raises Failure; then the board's settings are as they were."""
    judge_reference(wanted.true)
    shown = shown_of(board, wanted.true, wanted.seconds)
    changes: list[Change] = []

    def corrected(there: AtPrompt) -> Config:
        _judge_channels(wanted.true, there.config)
        changes.extend(gains(wanted.true, shown, there.config))
        if there.system.platform == REAL[0]:
            changes.extend(phase(wanted.true, shown, wanted.frequency_hz, there.config))
            changes.extend(offsets(tuple(there.prompt.ask(AT_REST)), there.config))
        config = applied(there.config, changes)
        judge(config, there.system)
        return config

    gains(wanted.true, shown, {})  # what no calibration mends is told before the charge is ended
    tell("the board goes into maintenance, which ends its charge")
    done = rewrite(board, True, corrected)
    if done.status is None:
        raise Failure("the settings are written, but the firmware does not answer; `wattline-board status` says more")
    return Calibrated(shown, changes, _again(board, wanted, tell))


def _metered(board: Board) -> Message:
    told = board.status()
    if told is None:
        raise Failure(f"{board.found.device}: no firmware answers there; `wattline-board status` says more")
    if "current_ma" not in told:
        raise Failure(f"{told['cp_id']}: this board is a {told['role']} and has no meter; calibrate its engine")
    return told


def _judge_channels(true: Reading, config: Config) -> None:
    if config.get("nominal_voltage_v") is not None and (true.voltage_v or true.power_w):
        raise Failure("voltage_v: this board measures none (nominal_voltage_v is set); expected --current-a alone")


def _again(board: Board, wanted: Wanted, tell: Callable[[str], None]) -> Reading | None:
    """What it shows once a charge runs again; a bridge may have the port meanwhile."""
    if wanted.load_wait_s <= 0:
        return None
    tell(f"written; start the charge again with the same load, to verify (within {wanted.load_wait_s:g} s)")
    deadline = time.monotonic() + wanted.load_wait_s
    while time.monotonic() < deadline:
        try:
            return shown_of(board, wanted.true, wanted.seconds)
        except Failure:  # nothing flows yet, or somebody else is at the port
            time.sleep(POLL_S)
    return None
