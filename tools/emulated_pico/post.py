"""A charge point of a running system, its board an emulated Pico: its plant at the pins, a real bridge at its USB."""

import json
from pathlib import Path
from typing import Any

from tools.emulated_pico.bench import PicoBench
from tools.emulated_pico.files import for_a_pico
from tools.emulated_pico.plant_pins import CONTACT, FEEDBACK
from tools.pico_image import cache
from tools.stack.python_of_boards import find_micropython

CP_ID = "cp_pico"
LOCATION = "a Pico, emulated"
# The board's seconds last ten of the world's and more, so what waits for a board has to be patient.
PATIENT = {
    "SILENT_AFTER_S": "3600", "LINE_SILENT_AFTER_S": "3600", "COMMAND_TTL_S": "1800", "COMMAND_RESEND_S": "300",
}  # fmt: skip
# By the board's own time.
INTERVALS = {
    "telemetry_interval_ms": 500, "keepalive_ms": 500, "checkpoint_interval_ms": 1000, "flash_interval_ms": 500,
}  # fmt: skip


class PicoUnavailable(Exception):
    """What the emulated Pico stands on is missing; the text says what."""


class PicoPost:
    """Made with the board off; `start` gives it power, and lets it run beside the world's clock as fast as it can."""

    def __init__(self, folder: Path, power_w: int, **config: Any) -> None:
        """Raises PicoUnavailable."""
        image, micropython = cache.find(), find_micropython()
        if image is None or micropython is None:
            raise PicoUnavailable(f"no MicroPython for the emulated Pico: `{cache.COMMAND}` makes an image")
        self._bench = PicoBench(folder, image, micropython)
        settings = {
            "cp_id": CP_ID, "role": "both", "platform": "rp2", "central": "usb", "location": LOCATION,
            "price_per_kwh": 0.2, "rated_current_ma": 40_000, "presence": "contact", "contact_pin": CONTACT,
            "feedback_pin": FEEDBACK, **INTERVALS, **config,
        }  # fmt: skip
        path = folder / "config.json"
        path.write_text(json.dumps(settings), encoding="utf-8")
        self._bench.install(also=for_a_pico(path))
        self._bench.start()
        self._bench.attach_plant(f"constant:{power_w}")
        self._bench.world(plug=True)

    @property
    def serial_port(self) -> str:
        return self._bench.port

    def start(self) -> None:
        self._bench.pace(1.0)

    def world(self) -> dict[str, Any]:
        """What the plant at its pins knows."""
        return self._bench.world()

    def guest_s(self) -> float:
        return float(self._bench.state()["guest_s"])

    def close(self) -> None:
        self._bench.close()
