"""The emulated Pico is one that a test can trust: real MicroPython, with the emulator's faults mended."""

import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools.emulated_pico.adc import next_channel
from tools.emulated_pico.bench import GuestError, PicoBench
from tools.emulated_pico.signals import Signal
from tools.testing.deadlines import DEADLINE_S

pytestmark = pytest.mark.guest_s(0.3, quick=True)

RELAY = 18
DMA = """
import array, json, rp2, time
from machine import mem32
dma, counts = rp2.DMA(), array.array("H", [0] * {count})
ADC, DREQ_ADC = 0x4004c000, 36
mem32[ADC] = 0
mem32[ADC + 8] = 1 << 24 | 1 << 3 | 1
mem32[ADC + 0x10] = int(48000000 / {per_second} - 1) << 8
control = dma.pack_ctrl(size=1, inc_read=False, inc_write=True, treq_sel=DREQ_ADC)
dma.config(read=ADC + 0xc, write=counts, count={count}, ctrl=control, trigger=True)
start = time.ticks_us()
mem32[ADC] = 3 << 16 | 1 << 3 | 1
while dma.active():
    time.sleep_ms(5)
print(json.dumps(list(counts)))
dma.close()
mem32[ADC] = 0
"""


@pytest.fixture(scope="module")
def pico(new_pico: Callable[[], PicoBench]) -> PicoBench:
    """One that has booted, with an empty file system; tests leave its pins alone or let go of them."""
    bench = new_pico()
    bench.install()
    bench.start()
    bench.boot()
    return bench


def test_image_boots_and_answers_on_its_repl(pico: PicoBench):
    answer = pico.exec("import gc, sys\nprint(sys.platform, sys.implementation.version[:2] >= (1, 25), gc.mem_free())")
    platform, is_new, free = answer.split()
    assert (platform, is_new) == ("rp2", "True")
    assert int(free) > 200_000


def test_chip_has_an_id_and_draws_at_random(pico: PicoBench):
    code = "import machine, os\nprint(machine.unique_id().hex(), os.urandom(8).hex(), os.urandom(8).hex())"
    chip, first, second = pico.exec(code).split()
    assert chip == "0000000000000001"
    assert len({first, second, "2a" * 8}) == 3


def test_exception_of_the_guest_is_the_test_s(pico: PicoBench):
    with pytest.raises(GuestError, match="ValueError: no such luck"):
        pico.exec("raise ValueError('no such luck')")


def test_guest_that_never_ends_is_told_by_its_own_time(pico: PicoBench):
    with pytest.raises(AssertionError, match=r"did not finish within 0\.1 s of its time"):
        pico.exec("while True: pass", limit_s=0.1)
    assert pico.exec("print('back')") == "back\n"


def test_output_reads_back_what_it_was_set_to(pico: PicoBench):
    code = "from machine import Pin\npin = Pin(16, Pin.OUT)\nfor level in (1, 0, 1, 0): print(pin(level), pin())"
    assert pico.exec(code).split() == ["None", "1", "None", "0"] * 2
    assert [high for _, high in pico.edges(16)] == [True, False, True, False]


def test_input_reads_what_stands_outside(pico: PicoBench):
    read = "from machine import Pin\nprint(Pin(17, Pin.IN, Pin.PULL_UP)())"
    pico.drive(17, False)
    assert pico.exec(read) == "0\n"
    pico.drive(17, None)
    assert pico.exec(read) == "1\n"


def test_converter_takes_both_channels_in_turn_by_dma(pico: PicoBench):
    """Two cycles of 4 kS/s: the second lags the first by a quarter of a cycle, and by half a pair's time."""
    pico.signal(0, Signal(offset=2000, amplitude=500))
    pico.signal(1, Signal(offset=2100, amplitude=800, lag=math.pi / 2))
    answer = pico.exec(DMA.format(count=320, per_second=8000))
    counts = [int(each) for each in answer.strip("[]\n").split(",")]
    first, second = counts[::2], counts[1::2]
    amplitudes = [math.sqrt(2 * sum((x - sum(c) / len(c)) ** 2 for x in c) / len(c)) for c in (first, second)]
    assert amplitudes == pytest.approx([500, 800], rel=0.01)
    assert [sum(c) / len(c) for c in (first, second)] == pytest.approx([2000, 2100], abs=2)
    product = sum((x - 2000) * (y - 2100) for x, y in zip(first, second, strict=True)) / len(first)
    skew = 2 * math.pi * 50 / 8000
    assert product == pytest.approx(500 * 800 / 2 * math.cos(math.pi / 2 - skew), abs=800)


@pytest.mark.parametrize(
    ("channel", "mask", "following"), [(0, 0b00011, 1), (1, 0b00011, 0), (4, 0b10001, 0), (2, 0b00100, 2), (3, 0, 3)]
)
def test_round_robin_goes_on_to_the_next_of_its_mask(channel: int, mask: int, following: int):
    assert next_channel(channel, mask) == following


def test_uart_carries_both_ways(pico: PicoBench):
    pico.exec("from machine import UART\nuart = UART(0, 115200)\nuart.write(b'x' * 100)")
    pico.feed(0, b"hello")
    pico.run(0.02)
    assert pico.sent(0) == b"x" * 100
    assert pico.exec("print(uart.read())\nuart.deinit()") == "b'hello'\n"


@pytest.mark.guest_s(3, quick=True)
def test_mpremote_works_at_its_port(pico: PicoBench, tmp_path: Path):
    """As at a real board's: copies a file, and runs it."""
    source = tmp_path / "hello.py"
    source.write_text("print('from', 'flash')\n")
    mpremote = [sys.executable, "-m", "mpremote", "connect", pico.port, "resume"]
    pico.pace(1.0)
    try:
        for words in (("fs", "cp", str(source), ":hello.py"), ("exec", "import hello")):
            done = subprocess.run(
                [*mpremote, *words], capture_output=True, text=True, timeout=DEADLINE_S, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
    finally:
        pico.pace(0)
    assert done.stdout == "from flash\n"
    assert pico.state()["bytes_dropped"] == 0


@pytest.mark.parametrize("how", ["button", "watchdog", "power"])
def test_reset_opens_the_relay_and_keeps_the_flash(pico: PicoBench, how: str):
    pico.exec(f"with open('kept', 'w') as file: file.write('{how}')")
    pico.exec(f"from machine import Pin, Timer, reset\nPin({RELAY}, Pin.OUT, value=1)")
    if how == "watchdog":
        pico.exec("Timer().init(mode=Timer.ONE_SHOT, period=20, callback=lambda timer: reset())")
    boots = pico.state()["boots"]
    actions = {"button": pico.reset, "watchdog": lambda: pico.run(0.03), "power": pico.cut_power}
    actions[how]()
    (closed_s, closed), (opened_s, opened) = pico.edges(RELAY)[-2:]
    assert (closed, opened) == (True, False)
    assert closed_s < opened_s <= pico.state()["guest_s"]
    pico.boot()
    assert pico.state()["boots"] == (1 if how == "power" else boots + 1)
    assert pico.exec("print(open('kept').read())") == f"{how}\n"


def test_killed_bench_has_its_flash(new_pico: Callable[[], PicoBench]):
    bench = new_pico()
    bench.install()
    bench.start()
    bench.boot()
    bench.exec("with open('kept', 'w') as file: file.write('all of it' * 100)")
    assert bench.state()["programs"] > 0
    bench.process.kill()
    bench.start()
    bench.boot()
    assert bench.exec("print(open('kept').read() == 'all of it' * 100)") == "True\n"


def test_two_runs_are_the_same_to_the_nanosecond(new_pico: Callable[[], PicoBench]):
    def run() -> SimpleNamespace:
        bench = new_pico()
        bench.install()
        bench.start()
        bench.boot()
        code = "from machine import Pin\nimport time\npin = Pin(16, Pin.OUT)\n"
        bench.exec(f"{code}for _ in range(5): pin.toggle(); time.sleep_ms(3)")
        return SimpleNamespace(edges=bench.edges(16), guest_s=bench.state()["guest_s"])

    first, second = run(), run()
    assert len(first.edges) == 5
    assert first == second
