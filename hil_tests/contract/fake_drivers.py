"""Run on MicroPython, with benches/fake_machine before its own modules: one test of a real board's drivers.

    micropython fake_drivers.py TEST
"""

import sys

from chargepoint.settings import SettingError, read
from chip import chip
from hal.contract import WATCHDOG_MS
from machine import PWRON_RESET, WDT_RESET, world

PICO = '{"cp_id": "cp_1", "role": "engine", "platform": "rp2", "state_dir": ".", %s}'


def _settings(more):
    return read(PICO % more)


def _refusal(more):
    from hal import lines, platforms

    settings = _settings(more)
    try:
        platforms.make(settings)
        lines.make(settings, settings.engine, True)
    except SettingError as error:
        return str(error)
    return None


def boot_opens_the_relay_and_leans_on_nothing():
    before = set(sys.modules)
    import boot

    assert world.outputs == {boot.RELAY_PIN: 0}
    assert set(sys.modules) - before == {"boot"}


def bad_pins_are_refused_with_the_relay_open():
    for more, says in (
        ('"engine": "usb", "trip_pin": 18', "trip_pin: 18 is the pin of the relay"),
        ('"engine": "usb", "trip_pin": 26', "trip_pin: 26 must not be used"),
        ('"engine": "usb", "trip_pin": 23', "trip_pin: 23 must not be used"),
        ('"engine": "usb", "trip_pin": 30', "trip_pin: 30 must not be used"),
        ('"engine": "uart:1", "trip_pin": 8', "uart_tx_pin: 8 is the pin of trip_pin"),
        ('"engine": "uart:2"', "uart_tx_pin: it is missing"),
        ('"engine": "serial:/dev/x"', "serial:/dev/x: a board of platform rp2"),
        ('"engine": "usb", "wifi_ssid": "x", "rcm_pin": 22, "stop_pin": 22', "stop_pin: 22 is the pin of rcm_pin"),
    ):
        world.outputs.clear()
        refusal = _refusal(more)
        assert (refusal or "").startswith(says), (more, refusal)
        assert world.outputs[18] == 0
        chip.dma = []
        chip.converter.running = False
    assert _refusal('"engine": "uart:1"') is None


def calibration_reaches_the_windows():
    """The current is shown 100 us late, and both sensors' zeros lie further from mid-rail than a moving mean may go."""
    import math

    from chargepoint.engine.meter import Meter
    from hal import platforms

    counts, late_us, zero_i, zero_v = 1000, 100, 390, -390

    def signal(channel, at_us):
        late, lag, zero = ((late_us, math.pi / 3, zero_i), (0, 0, zero_v))[channel]
        angle = 2 * math.pi * 50 * ((at_us - late) % 1000000) / 1000000
        return 2048 + 2 * zero + round(counts * math.sin(angle - lag))

    def metered(more):
        chip.dma = []
        chip.converter.running = False
        platform, meter = platforms.make(_settings('"engine": "usb"' + more)), Meter("m", 0)
        for _ in range(200):
            chip.advance_us(5000)
            platform.step(platform.ticks_ms())
            window = platform.window()
            while window is not None:
                meter.take(window)
                window = platform.window()
        return meter

    chip.converter.signal = signal
    meter = metered(', "i_offset_counts": %d, "v_offset_counts": %d, "phase_us": %d' % (zero_i, zero_v, late_us))
    true_ma, true_mv = counts * 29297 // 1414, counts * 195313 // 1414
    assert abs(meter.current_ma - true_ma) < true_ma // 100, meter.current_ma
    assert abs(meter.voltage_mv - true_mv) < true_mv // 100, meter.voltage_mv
    true_w = true_ma * true_mv // 2000000
    assert abs(meter.power_w - true_w) < true_w // 100, (meter.power_w, true_w)
    for left_out in ("i_offset_counts", "v_offset_counts", "phase_us"):
        given = {"i_offset_counts": zero_i, "v_offset_counts": zero_v, "phase_us": late_us}
        given[left_out] = 0
        meter = metered("".join([', "%s": %d' % each for each in given.items()]))
        wrong = (meter.current_ma - true_ma) / true_ma, (meter.voltage_mv - true_mv) / true_mv
        wrong += ((meter.power_w - true_w) / true_w,)
        assert max([abs(each) for each in wrong]) > 0.02, (left_out, wrong)


def samples_that_ran_over_are_no_windows():
    """Nobody knows any more which is current and which voltage."""
    from hal import platforms

    platform = platforms.make(_settings('"engine": "usb"'))

    def windows():
        found = 0
        for _ in range(100):
            chip.advance_us(5000)
            platform.step(platform.ticks_ms())
            while platform.window() is not None:
                found += 1
        return found

    assert windows() > 0
    chip.converter.over = True
    assert windows() == 0


def uart_loses_nothing_where_both_sides_wait():
    from hal.uart import UartLine

    line = UartLine(1, 8, 9, 11, 10)
    assert (line.is_open, line.read(9), line.write(b"x")) == (False, b"", False)
    line.dial()
    uart = world.uart
    assert (line.is_open, line.generation) == (True, 1)
    sent = bytes([k % 251 for k in range(6000)])
    given, got = 0, b""
    for turn in range(200):
        given += uart.receive(sent[given : given + 57])  # as the other side's RTS lets it
        if turn % 40 > 30:  # deaf: nobody reads for ten passes
            continue
        line.step(turn)
        got += line.read(1024)
    while len(got) < given:
        got += line.read(1024)
    assert given == len(sent)
    assert got == sent
    assert line.write(sent[:5000])
    assert not line.write(sent[:5000]), "there is no room for all of it"
    uart.takes = 100
    for turn in range(60):
        uart.takes = 0 if turn % 3 else 250  # CTS holds it
        line.step(turn)
    assert bytes(uart.far) == sent[:5000]
    line.close()
    line.dial()
    assert line.generation == 2


def wifi_comes_back_by_itself():
    from time import ticks_ms

    from hal.wifi import JOIN_MS, Wifi
    from network import air

    def run(duration_ms):
        for _ in range(duration_ms // 100):
            chip.advance_us(100000)
            wifi.step(ticks_ms())

    wifi = Wifi("Car park", "right", ticks_ms)
    assert air.radio_on
    assert (wifi.is_up(), wifi.joins) == (True, 1)
    run(60000)
    assert wifi.joins == 1
    air.password = None
    run(10 * JOIN_MS)
    assert not wifi.is_up()
    assert 5 <= wifi.joins <= 12
    air.password = "another"
    run(3 * JOIN_MS)
    assert not wifi.is_up()
    air.password = "right"
    run(2 * JOIN_MS)
    assert wifi.is_up()


def wifi_that_did_not_notice_is_joined_anew():
    """The radio says that it is up, and nothing goes by it any more."""
    from time import ticks_ms

    from hal import wifi
    from network import air

    class Line:
        is_open = True

    def run(duration_ms):
        for _ in range(duration_ms // 1000):
            chip.advance_us(1000000)
            radio.step(ticks_ms())

    radio = wifi.Wifi("Car park", "right", ticks_ms)
    run(10 * wifi.SILENT_MS)
    assert radio.joins == 1, "nothing is to go by it"
    line = Line()
    wifi.lines.append(line)
    run(10 * wifi.SILENT_MS)
    assert radio.joins == 1
    air.is_noticed, air.password, line.is_open = False, None, False
    run(wifi.SILENT_MS - 2000)
    assert (radio.is_up(), radio.joins) == (True, 1)
    run(4000)
    assert (radio.is_up(), radio.joins) == (False, 2)
    air.password = "right"
    run(2 * wifi.JOIN_MS)
    assert radio.is_up()
    line.is_open = True
    joins = radio.joins
    run(2 * wifi.SILENT_MS)
    assert radio.joins == joins


def main_runs_a_pico_s_engine():
    """All of main.py but its endless loop, on a Pico without a network."""
    import main
    from hal import making, platforms

    sys.modules["hal.tcp_lines"] = None  # a plain Pico has no socket; an import of it would show
    world.cause = PWRON_RESET
    settings = _settings('"engine": "uart:1", "trip_pin": 19')
    platform = platforms.make(settings)
    board = making.make_board(settings, platform)
    main.heap.spare()
    platform.start_watchdog()
    for _ in range(2000):
        board.step()
        platform.sleep_ms(main.STEP_MS)
    assert not chip.bitten()
    assert board.engine.state == "safe"
    assert board.engine.meter.voltage_mv < 1000000
    assert settings.firmware.endswith("0.1"), "it measures well enough to bill by"
    assert b"keepalive" in bytes(world.uart.far)


def main_resets_a_board_whose_rules_fail():
    import main
    from hal import making

    class Wrong:
        platform = None

        def step(self):
            raise ValueError("a defect")

    made = []

    def make_board(settings, platform):
        platform.relay(True)
        made.append(platform)
        wrong = Wrong()
        wrong.platform = platform
        return wrong

    making.make_board = make_board
    making.ready = lambda settings, board: "ready"
    with open("config.json", "w") as file:
        file.write(PICO % '"engine": "uart:1"')
    main.main([])
    assert (world.resets, world.cause) == (1, WDT_RESET)
    assert chip.watchdog_ms == WATCHDOG_MS, "it was started with the loop"
    assert world.outputs[18] == 0
    made[0].set_maintenance(True)
    chip.dma = []
    chip.watchdog_ms = None
    assert main.main([]) == 0
    assert len(made) == 1, "in maintenance nothing is made"
    assert chip.watchdog_ms is None, "nor watched: files are replaced, which takes longer"
    made[0].set_maintenance(False)


globals()[sys.argv[1]]()
print("holds")
