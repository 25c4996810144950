"""main.py of a simulated board, whose loop is late as long as a file `late` lies in the folder it was started in.

    micropython late_board.py config.json
"""

import os
import sys

import main
from hal.sim import SimPlatform

LATE_MS = 150
sleep_as_ever_ms = SimPlatform.sleep_ms


def sleep_ms(self: SimPlatform, duration_ms: int):
    sleep_as_ever_ms(self, LATE_MS if "late" in os.listdir() else duration_ms)


SimPlatform.sleep_ms = sleep_ms
sys.exit(main.main(sys.argv[1:]))
