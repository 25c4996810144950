"""docs/config.md: a board's `config.json`, from the table of its settings."""

import json
from collections.abc import Callable, Mapping

from chargepoint.settings import OUTLASTS, REQUIRED, TABLE, Setting

from tools.docs.hardware import pins
from tools.docs.markdown import table

# What each setting does. It stands here and not in the table, whose texts would lie in the heap of every board.
MEANINGS = {
    "cp_id": "The charge point that this board is, or is a part of.",
    "role": "`engine` switches, meters and protects; `monitor` watches it and talks to the bridge; `both`: one board.",
    "platform": "What the board is: `rp2` (Pico, Pico W), `esp32`, or `sim`. Without it, what it runs on.",
    "board": "The hardware's id. Without one, a real board's is its chip's, a simulated one's of `cp_id` and `role`.",
    "state_dir": "The folder where the board keeps what must survive a power cut. Boards never share one.",
    "location": "Where the charge point is, for drivers.",
    "price_per_kwh": "Counts when the charge point registers for the first time; afterwards the operator's price does.",
    "central": "The bridge. Roles `both` and `monitor` need it.",
    "engine": "The line between engine and monitor: a monitor dials it, an engine listens there. Both need it.",
    "mqtt": "The MQTT broker for live figures. Without one they go the way of all else.",
    "mqtt_user": "As whom it comes to that broker. Without one it comes as nobody.",
    "mqtt_password": "That user's password.",
    "name_server": "Where names are looked up. Without one, where the Wi-Fi's access point says.",
    "plant": "The simulated world (`wattline-plant`) of a simulated board. A monitor has none.",
    "plain_port": "The engine answers health checks typed by hand here, on 127.0.0.1. 0: off.",
    "presence": "How the car is known: `contact` (a switch in the connector), or `none` (a switched, metered socket).",
    "rated_current_ma": "What relay and wiring bear for hours. More than a tenth above it for 7 s ends a charge.",
    "i_ua_per_count": "Calibration of the current sensor: µA for one count of the converter.",
    "v_uv_per_count": "Calibration of the voltage sensor: µV for one count of the converter.",
    "i_offset_counts": "What the current's channel reads at rest, less 2048. The meter follows it within ±400.",
    "v_offset_counts": "The same of the voltage's channel.",
    "phase_us": "How many µs later than the voltage's the current's sensor shows what is; 56 are 1° of 50 Hz.",
    "nominal_voltage_v": "No voltage is measured: energy is estimated at this one, from 2 A on; receipts say so.",
    "quiet_end_ms": "With `presence` `none`: so long without a load (2 A) ends a charge.",
    "connect_timeout_ms": "How long a start waits for the car; then its session ends unfed, as `vehicle`.",
    "longest_charge_s": "A charge ends after so long, whatever was ordered. 48 h fill 100 kWh at a household's socket.",
    "largest_charge_wh": "A charge ends after so much, whatever was ordered. No car's battery holds 250 kWh.",
    "keepalive_ms": "How often engine and monitor show each other that they are there, when they are two boards.",
    "link_lost_ms": "Silence between engine and monitor that counts as a lost link: the engine ends its charge.",
    "health_interval_ms": "How often a monitor checks its engine, until the bridge asks for another interval.",
    "engine_silent_ms": "Silence of the engine that its monitor reports as a fault.",
    "heartbeat_interval_ms": "How often a monitor says that it lives, until the bridge asks for another interval.",
    "checkpoint_interval_ms": "How often an engine tells Central its register in mid-charge.",
    "flash_interval_ms": "How often it writes the register to flash: what a power cut may cost.",
    "telemetry_interval_ms": "How often it sends live figures while the relay is closed.",
    "idle_telemetry_interval_ms": "How often it sends live figures while the relay is open.",
    "retry_first_ms": "The pause after the first lost connection; each of the next four is twice as long.",
    "retry_slow_ms": "The pause after more than five failures, and the longest of all.",
    "resend_ms": "When a message that was not acked is sent again.",
    "answer_ms": "How long a monitor waits for the answer to its registration.",
    "wifi_ssid": "The Wi-Fi to join. Without one, no radio is started.",
    "wifi_password": "Its password.",
    "trip_pin": "Output, high where an upstream contactor is to open: a relay that is welded opens nothing.",
    "feedback_pin": "Input, closed to ground (isolated and smoothed) while there is voltage on the relay's load side.",
    "contact_pin": "Input, closed to ground while a car is plugged in.",
    "rcm_pin": "Input, closed to ground unless the residual current monitor has tripped.",
    "stop_pin": "Input, closed to ground unless the emergency stop is pressed.",
    "i2c_sda_pin": "Data of the I2C bus with the ADS1115 that reads the NTC at the relay.",
    "i2c_scl_pin": "Its clock. Without both there is no temperature.",
    "uart_tx_pin": "A UART's pin to send. On a Pico `uart:1` has 8, 9, 11 and 10; on an ESP32 25, 26, 27 and 33.",
    "uart_rx_pin": "A UART's pin to receive.",
    "uart_rts_pin": "A UART's pin that tells the other side to wait.",
    "uart_cts_pin": "A UART's pin on which the other side tells this one to wait.",
}

_ADDRESS_BRIDGE, _ADDRESS_ENGINE = "192.168.1.10:7000", "192.168.1.11:7100"
EXAMPLES: Mapping[str, Mapping[str, object]] = {
    "A simulated board, with `wattline-plant` and the bridge on the same machine": {
        "cp_id": "cp_001", "central": "127.0.0.1:7000", "price_per_kwh": 0.20,
    },
    "The engine of a split pair": {
        "cp_id": "cp_001", "role": "engine", "engine": _ADDRESS_ENGINE, "rated_current_ma": 32000,
        "mqtt": "192.168.1.10:1883",
    },
    "Its monitor": {
        "cp_id": "cp_001", "role": "monitor", "engine": _ADDRESS_ENGINE, "central": _ADDRESS_BRIDGE,
        "location": "Car park 1", "price_per_kwh": 0.20,
    },
    "An engine on a Pico, with a UART to its monitor": {
        "cp_id": "cp_001", "role": "engine", "platform": "rp2", "engine": "uart:1", "trip_pin": 19, "feedback_pin": 20,
    },
    "Its monitor on an ESP32": {
        "cp_id": "cp_001", "role": "monitor", "platform": "esp32", "engine": "uart:1", "central": _ADDRESS_BRIDGE,
        "wifi_ssid": "Car park", "wifi_password": "correct horse",
    },
}  # fmt: skip

_INTRO = """# A board's config.json

*Written from `firmware/chargepoint/settings.py` by `make docs`; do not edit.*

A board reads the JSON object in `config.json`, beside it or named on its command line. A simulated board reads the
environment variables of the table as well, and they count before the file; a real board has none. A value that cannot
be used leaves the relay open and ends the program with one line that names the setting, what was wrong and an example.

A host is a numeric address or a name. Names are looked up without blocking, by DNS alone (no mDNS, no `localhost`), at
the server that the access point tells, or at `name_server`: a simulated board needs that for names. A name's address is
kept for as long as its server says, from 5 s to 5 minutes, and asked for anew once nobody is there; where no server
answers, the last one is tried. So a numeric address is never in the hands of a name server, and a name survives a move.

A line is a TCP address, `serial:PATH` on a simulated board, `uart:N` or `usb` on a real one. {pins}
Inputs close to ground, so that a broken wire reads as a pressed stop, a tripped monitor, a load without voltage, no
car. [hardware.md](hardware.md) has the wiring.

{outlasts}

The bridge says two intervals when a charge point registers (`HEARTBEAT_INTERVAL_S`, `HEALTH_INTERVAL_S` in
[settings.md](settings.md)); they count until the next registration, `health_interval_ms` only as far as one lost check
does not count as silence.

"""


def page() -> str:
    outlasts = " ".join(f"`{limit}` must be at least twice `{interval}`." for limit, interval in OUTLASTS)
    relay, current, voltage = pins.relay().gpio, pins.current().gpio, pins.voltage().gpio
    esp32 = [pins.constant("hal/esp32.py", name) for name in ("I_PIN", "V_PIN")]
    fixed = (
        f"A real board's relay is at\nGPIO {relay}; a Pico measures current at GPIO {current} and voltage at GPIO"
        f" {voltage}, an ESP32 at {esp32[0]} and {esp32[1]}."
    )
    settings = table(("setting", "environment", "default", "value", "what it does"), [_row(each) for each in TABLE])
    examples = "".join(f"\n{title}:\n\n```json\n{json.dumps(config)}\n```\n" for title, config in EXAMPLES.items())
    return _INTRO.format(outlasts=outlasts, pins=fixed) + settings + "\n## Examples\n" + examples


def bounds_of(check: Callable[[object], object]) -> str:
    """What a check expects, in its own words: what it says of a value that can never be right."""
    try:
        check(object())
    except ValueError as error:
        return str(error).partition("expected ")[2]
    raise AssertionError("a check that takes anything")


def _row(setting: Setting) -> tuple[str, ...]:
    environment = f"`{setting.env}`" if setting.env else ""
    return f"`{setting.name}`", environment, _default(setting), bounds_of(setting.check), MEANINGS[setting.name]


def _default(setting: Setting) -> str:
    if setting.default is REQUIRED:
        return "required"
    return "" if setting.default in (None, "") else f"`{setting.default}`"
