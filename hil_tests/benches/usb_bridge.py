"""A scripted bridge at the emulated board's serial port, by the guest's time."""

import json
import os
from collections.abc import Callable
from typing import Any, Self

from hil_tests.benches.scripted_bridge import ScriptedBridge
from tools.emulated_pico.bench import PicoBench
from tools.emulated_pico.files import for_a_pico

EPOCH_MS = 1_800_000_000_000  # the guest's zero, in Unix time
TURN_S = 0.02  # how long the guest runs between two looks at its port
CHUNK = 4096


class UsbBridge:
    """A board whose firmware has its bridge at USB, and that bridge. `until` lets the guest run."""

    def __init__(self, bench: PicoBench, **config: Any) -> None:
        self.bench = bench
        self.bridge = ScriptedBridge("cp_1", lambda: EPOCH_MS + round(self.guest_s * 1000))
        self.guest_s = 0.0
        self.said = bytearray()
        settings = {
            "cp_id": "cp_1", "role": "both", "platform": "rp2", "central": "usb", "location": "Here",
            "price_per_kwh": 0.2, **config,
        }  # fmt: skip
        path = bench.folder / "config.json"
        path.write_text(json.dumps(settings))
        bench.install(also=for_a_pico(path))
        bench.start()
        self._port = os.open(bench.port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.bridge.connected()

    def until(self, condition: Callable[[], object], within_s: float) -> None:
        """`within_s`: of the guest's time."""
        limit_s = self.guest_s + within_s
        while not condition():
            said = bytes(self.said[-500:])
            assert self.guest_s < limit_s, f"not within {within_s:g} s of the guest's time; it said {said!r}"
            self.serve()

    def serve(self) -> None:
        """One turn of the guest's and of the bridge's."""
        self.bench.run(TURN_S)
        self.guest_s = float(self.bench.state()["guest_s"])
        data = self._read()
        self.said += data
        self.bridge.feed(data)
        out = self.bridge.out()
        while out:
            out = out[os.write(self._port, out) :]

    def _read(self) -> bytes:
        try:
            return os.read(self._port, CHUNK)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        os.close(self._port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
