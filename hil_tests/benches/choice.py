"""Which benches there are, what each can do, and how one is made from what `--bench` names."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hil_tests.benches import pico_charge_point, real_board, sim_charge_point, unix_charge_point
from hil_tests.benches.protocol import ChargePointBench
from tools.pico_image import cache
from tools.stack.python_of_boards import find_micropython

DEFAULT = ("sim", "unix", "pico")


class Missing(Exception):
    """What a bench stands on is not on this machine; the text says what."""


class Kind(NamedTuple):
    """`make(folder, place)`: place is what stands behind the colon. Raises Missing."""

    abilities: frozenset[str]
    make: Callable[[Path, str], ChargePointBench]


def kind_of(bench: str) -> Kind:
    """Raises ValueError for a bench that there is none of."""
    name, _, place = bench.partition(":")
    if name not in KINDS or (name == "serial") != bool(place):
        raise ValueError(f"--bench: expected {', '.join(DEFAULT)} or serial:PORT[+PORT OF THE FIXTURE], not {bench!r}")
    if name == "serial" and real_board.places(place)[1] is None:
        return KINDS[name]._replace(abilities=frozenset())
    return KINDS[name]


def make(bench: str, folder: Path) -> ChargePointBench:
    """Raises Missing."""
    return kind_of(bench).make(folder, bench.partition(":")[2])


def _micropython() -> str:
    found = find_micropython()
    if found is None:
        raise Missing("micropython")
    return found


def _sim(folder: Path, place: str) -> ChargePointBench:
    return sim_charge_point.SimChargePoint(folder)


def _unix(folder: Path, place: str) -> ChargePointBench:
    return unix_charge_point.UnixChargePoint(folder, _micropython())


def _pico(folder: Path, place: str) -> ChargePointBench:
    image = cache.find()
    if image is None:
        raise Missing(f"an image of MicroPython for the emulated Pico (`{cache.COMMAND}` makes one)")
    return pico_charge_point.PicoChargePoint(folder, image, _micropython())


def _serial(folder: Path, place: str) -> ChargePointBench:
    try:
        return real_board.RealBoard(place)
    except OSError as error:
        raise Missing(f"a board at {place} ({error})") from None


KINDS = {
    "sim": Kind(sim_charge_point.ABILITIES, _sim),
    "unix": Kind(unix_charge_point.ABILITIES, _unix),
    "pico": Kind(pico_charge_point.ABILITIES, _pico),
    "serial": Kind(real_board.ABILITIES, _serial),
}
