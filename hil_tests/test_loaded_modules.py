"""A board loads what its role needs and nothing else: on real MicroPython, by what lies in sys.modules afterwards."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools.services.ports import LOOPBACK, free_port
from tools.testing.deadlines import DEADLINE_S

HERE = Path(__file__).parent
FIRMWARE = HERE.parent / "firmware"
PLANT = ("hal.plant_line", "wire.kinds.plant")
READS = "chargepoint.settings"  # its table, which main.py forgets: nothing that runs may bring it back
SERVERS = ("wire.kinds.log", "wire.kinds.service", "wire.appenders")
ENGINE, MONITOR, MQTT, SERIAL = "chargepoint.engine", "chargepoint.monitor", "hal.mqtt", "hal.serial"


def run(micropython: str, script: str, *arguments: str) -> dict[str, Any]:
    """The JSON that a script of vectors/ prints."""
    command = [micropython, str(HERE / "vectors" / script), str(FIRMWARE), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("role", "config", "needs", "spares"),
    [
        ("both", {}, (ENGINE, MONITOR, *PLANT), (MQTT, SERIAL, *SERVERS)),
        ("engine", {}, (ENGINE, *PLANT), (MONITOR, MQTT, SERIAL, *SERVERS)),
        ("monitor", {}, (MONITOR,), (ENGINE, MQTT, SERIAL, *PLANT, *SERVERS)),
        ("engine", {"mqtt": "127.0.0.1:1", "engine": "serial:x"}, (ENGINE, MQTT, SERIAL), (MONITOR, *SERVERS)),
        ("monitor", {"central": "serial:x", "engine": "serial:y"}, (MONITOR, SERIAL), (ENGINE, "hal.tcp", *PLANT)),
    ],
)
def test_role_loads_its_own_folder_alone(
    tmp_path: Path, micropython: str, role: str, config: dict[str, str], needs: tuple[str, ...], spares: tuple[str, ...]
):
    settings = {
        "cp_id": "cp_1", "role": role, "state_dir": str(tmp_path), "central": f"{LOOPBACK}:1",
        "engine": f"{LOOPBACK}:{free_port()}", "plant": f"{LOOPBACK}:1", **config,
    }
    path = tmp_path / "config.json"
    path.write_text(json.dumps(settings))
    modules = run(micropython, "loaded.py", str(path))["modules"]

    def is_loaded(name: str) -> bool:
        return any(f"{module}.".startswith(f"{name}.") for module in modules)

    assert [name for name in needs if not is_loaded(name)] == []
    assert [name for name in (*spares, READS) if is_loaded(name)] == []


def test_board_s_part_of_the_table_costs_much_less_than_the_whole(micropython: str):
    """A ratio: a Pico's pointers are half as wide as this machine's, and there the whole table took 35.8 kB."""
    heap = run(micropython, "table_heap.py")
    said = f"the table of messages: {heap['boards']} bytes for a board, {heap['whole']} with servers' and plants' rows"
    assert heap["boards_kinds"] < heap["whole_kinds"]
    assert heap["boards"] < 0.7 * heap["whole"], said
