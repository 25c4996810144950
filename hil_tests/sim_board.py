"""A board of one loop, for tests of the simulated platform: feeds so many watt-hours, then prints its register.

    micropython sim_board.py PLANT_PORT ENERGY_WH
"""

import sys

from chargepoint.engine.meter import Meter
from hal.plant_line import PlantLine
from hal.sim import SimPlatform

FIRST_REGISTER_WH = 5000
NO_CURRENT_MA = 1000


def main(port: int, energy_wh: int) -> None:
    platform = SimPlatform("b1", "cp_1", PlantLine("127.0.0.1", port), ".")
    meter = Meter("m1", FIRST_REGISTER_WH)
    charged = False
    while not (charged and meter.current_ma < NO_CURRENT_MA):
        platform.step(platform.ticks_ms())
        window = platform.window()
        while window is not None:
            meter.take(window)
            window = platform.window()
        charged = charged or meter.register_wh >= FIRST_REGISTER_WH + energy_wh
        platform.relay(platform.vehicle() == "present" and not charged)
        platform.report_register(meter.meter_id, meter.register_wh, "s1" if meter.window_ms else None)
        platform.sleep_ms(5)
    platform.report_register(meter.meter_id, meter.register_wh, None)
    sys.stdout.write(f"{meter.register_wh} {meter.bad_windows} {platform.bad_messages}\n")


main(int(sys.argv[1]), int(sys.argv[2]))
