"""Engines and drivers that never tire, as the log sees them: whatever Central starts is charged to its end, and whoever
is free again asks for the next charge.
"""

import json
from collections.abc import Sequence

from wire.kinds import COMMANDS, DRIVER

from central.model.ids import session_id
from central.tests.site import Site

CHARGE_WH = 2_000
LASTED_MS = 3_600_000
PRICE = 0.25


class Fleet:
    """One driver for each charge point, `charges` charges each. One thread steps it."""

    def __init__(self, site: Site, points: int, charges: int, checkpoints: int) -> None:
        self._site = site
        self._charges = charges
        self._checkpoints = checkpoints
        self._asked = dict.fromkeys((f"drv_{number}" for number in range(points)), 0)
        self._at_wh = dict.fromkeys((f"cp_{number}" for number in range(points)), 1_000)
        self._answered: set[tuple[str, int]] = set()
        self._freed: set[str] = set()
        places = [(topic, number) for topic in (COMMANDS, DRIVER) for number in range(site.log.partitions(topic))]
        self._reader = site.log.reader(dict.fromkeys(places, 0))

    @property
    def sessions(self) -> set[str]:
        """Of all charges that were asked for."""
        asked = ((driver, number) for driver, count in self._asked.items() for number in range(1, count + 1))
        return {session_id(driver, f"{driver}-{number}") for driver, number in asked}

    @property
    def ended(self) -> int:
        """Charges whose driver is free again."""
        return len(self._freed)

    @property
    def is_done(self) -> bool:
        return self.ended == len(self._asked) * self._charges

    def begin(self) -> None:
        for number, driver in enumerate(self._asked):
            self._site.connect(f"cp_{number}", f"b{number}", price_per_kwh=PRICE)
            self._site.says("driver_register", "api", driver_id=driver)
            self._ask(driver)

    def step(self, timeout_s: float) -> None:
        for record in self._reader.poll(500, timeout_s):
            message = json.loads(record.value)
            if message["type"] == "start_charge":
                self._charge(message["cp_id"], message["seq"], message["session_id"])
            elif message["type"] == "claim_released" and message["session_id"] not in self._freed:
                assert message["outcome"] == "completed", message
                self._freed.add(message["session_id"])
                self._ask(message["driver_id"])

    def close(self) -> None:
        self._reader.close()

    def _ask(self, driver: str) -> None:
        if self._asked[driver] >= self._charges:
            return
        self._asked[driver] += 1
        cp_id = driver.replace("drv", "cp")
        request = f"{driver}-{self._asked[driver]}"
        self._site.says("charge_request", "api", message_id=request, driver_id=driver, cp_id=cp_id)

    def _charge(self, cp_id: str, seq: int, session: str) -> None:
        if (cp_id, seq) in self._answered:  # a command said again, as after a kill
            return
        self._answered.add((cp_id, seq))
        board, meter, start_wh = cp_id.replace("cp_", "b"), f"m-{cp_id}", self._at_wh[cp_id]
        end_wh = self._at_wh[cp_id] = start_wh + CHARGE_WH
        of_session = {"cp_id": cp_id, "session_id": session}
        self._site.board_says("command_response", board, seq=seq, accepted=True, **of_session)
        self._site.board_says("charge_started", board, meter_id=meter, register_wh=start_wh, **of_session)
        for number in range(self._checkpoints):
            register_wh = start_wh + CHARGE_WH * number // self._checkpoints
            self._site.board_says("meter_checkpoint", board, meter_id=meter, register_wh=register_wh, **of_session)
        began_ms = 1_790_000_000_000 + start_wh * 1_000
        self._site.board_says(
            "charge_completion", board, meter_id=meter, start_register_wh=start_wh, end_register_wh=end_wh,
            started_at_ms=began_ms, ended_at_ms=began_ms + LASTED_MS, reason="vehicle", relay_closed=True, **of_session,
        )  # fmt: skip


def completed(rows: Sequence[dict[str, object]]) -> dict[object, tuple[object, object]]:
    """(energy_wh, cost_minor) of each session that is completed."""
    return {row["session_id"]: (row["energy_wh"], row["cost_minor"]) for row in rows if row["status"] == "completed"}
