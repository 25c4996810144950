"""On an emulated Pico: boot.py opens the relay before anything else runs, whatever ended the run before.

A soft reset leaves a pin as it was, so that without boot.py a relay would stay closed. Each test closes the relay and
ends the run in its way; the bench records every edge of the pin, and main.py what it finds when it starts next.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tools.emulated_pico.bench import PicoBench
from tools.emulated_pico.files import FIRMWARE

pytestmark = pytest.mark.guest_s(0.5, quick=True)

RELAY = 18
STEP_S, STEPS = 0.1, 6
# As it is found: `Pin(n)` alone changes nothing.
MAIN = """
import machine, os
from machine import Pin
with open('found', 'a') as file:
    file.write(str(Pin({relay}).value()))
if 'armed' in os.listdir():
    os.remove('armed')
    Pin({relay}, Pin.OUT, value=1)
    {end}
"""
ENDS = {
    "watchdog": "machine.WDT(timeout=50)\n    while True: pass",
    "hard reset": "machine.reset()",
    "soft reset": "machine.soft_reset()",
    "no main.py": "os.remove('main.py'); machine.soft_reset()",
    "half a main.py": "os.rename('half.py', 'main.py'); machine.soft_reset()",
    "boot.py that fails afterwards": "os.rename('failing.py', 'boot.py'); machine.soft_reset()",
}
MAIN_RUNS_NOT = ("no main.py", "half a main.py", "boot.py that fails afterwards")  # the board is at its prompt


@pytest.fixture(scope="module")
def pico(new_pico: Callable[[], PicoBench], tmp_path_factory: pytest.TempPathFactory) -> PicoBench:
    """It has booted, with boot.py alone."""
    folder = tmp_path_factory.mktemp("sources")
    boot, half = FIRMWARE / "boot.py", folder / "half.py"
    failing, text = folder / "failing.py", (FIRMWARE / "main.py").read_text()
    half.write_text(text[: len(text) // 2])
    failing.write_text(f"{boot.read_text()}\nraise OSError(5)\n")
    bench = new_pico()
    bench.install(also={"boot.py": boot})
    bench.start()
    bench.boot()
    for path in (half, failing):
        put(bench, path.name, path)
    return bench


def put(pico: PicoBench, name: str, content: Path | str) -> None:
    text = content.read_text() if isinstance(content, Path) else content
    pico.exec(f"with open({name!r}, 'w') as file: file.write({text!r})")


@pytest.mark.parametrize("end", ENDS)
def test_relay_is_open_before_main_runs_again(pico: PicoBench, end: str):
    put(pico, "main.py", MAIN.format(relay=RELAY, end=ENDS[end]))
    put(pico, "armed", "")
    put(pico, "found", "")
    before = len(pico.edges(RELAY))
    pico.reset()
    for _ in range(STEPS):
        pico.run(STEP_S)
        if len(pico.edges(RELAY)) >= before + 2:
            break
    pico.boot()
    pico.run(STEP_S)  # main.py once more: nothing interrupts it
    assert [high for _, high in pico.edges(RELAY)[before:]] == [True, False], "closed by main.py, and open for good"
    found = pico.exec("print(open('found').read())").strip()
    assert found == ("0" if end in MAIN_RUNS_NOT else "00")
    assert pico.exec(f"from machine import Pin\nprint(Pin({RELAY}).value())") == "0\n"
