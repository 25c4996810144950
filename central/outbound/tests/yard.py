"""One post and one driver whose charges a test writes into the log by hand, as the folds would say them."""

from collections.abc import Sequence
from pathlib import Path

from central.model.ids import session_id
from central.outbound.tests.reading import insight, reading, with_tables
from central.tests.site import Site

BEGAN_MS = 1_774_735_200_000 + 100_000  # 2026-03-28 23:00 in Berlin, an hour before the day of the clock change
MIN_MS = 60_000


class Yard:
    """`now_ms`: what the log stamps with. `database`: insight's, read by `read`."""

    def __init__(self, folder: Path, *, registered: bool = True, began_ms: int = BEGAN_MS) -> None:
        self.now_ms = began_ms
        folder.mkdir()
        self.site = Site(folder, now_ms=lambda: self.now_ms)
        self.database = with_tables(f"sqlite:///{folder / 'insight.db'}")
        if registered:
            self.site.connect(rated_current_ma=32_000)

    def charge(self, number: int, readings: Sequence[tuple[int, int]], reason: str = "driver") -> str:
        """`readings`: (minute, register) from the claim on, the last is the end. The session's id."""
        session = self.ask(number)
        names = {"cp_id": "cp_001", "session_id": session}
        began_ms = self.now_ms
        for minute, register_wh in readings[:-1]:
            self.now_ms = began_ms + minute * MIN_MS
            kind = "charge_started" if minute == readings[0][0] else "meter_checkpoint"
            self.site.board_says(kind, meter_id="m", register_wh=register_wh, occurred_at_ms=self.now_ms, **names)
        self.now_ms = began_ms + readings[-1][0] * MIN_MS
        self.ticket(session, 1, readings[0][1], readings[-1][1], began_ms + readings[0][0] * MIN_MS, reason)
        self.release(session, "completed", reason)
        return session

    def ask(self, number: int) -> str:
        """A request and its claim. The session's id."""
        request = f"request-{number}"
        session = session_id("ada", request)
        self.site.says("charge_request", "api", message_id=request, driver_id="ada", cp_id="cp_001")
        names = {"cp_id": "cp_001", "session_id": session, "request_id": request}
        self.site.says("charge_claimed", "worker", driver_id="ada", **names)
        return session

    def release(self, session: str, outcome: str, reason: str) -> None:
        names = {"cp_id": "cp_001", "session_id": session, "driver_id": "ada"}
        self.site.says("claim_released", "worker", outcome=outcome, reason=reason, **names)

    def ticket(
        self, session: str, number: int, start_wh: int, end_wh: int, began_ms: int, reason: str = "driver"
    ) -> None:
        energy_wh = end_wh - start_wh
        self.site.says(
            "ticket", "worker", cp_id="cp_001", session_id=session, driver_id="ada", number=number, meter_id="m",
            start_register_wh=start_wh, end_register_wh=end_wh, energy_wh=energy_wh, cost_minor=energy_wh,
            started_at_ms=began_ms, ended_at_ms=self.now_ms, reason=reason, tariff="{}",
        )  # fmt: skip

    def read(self, kept_days: int = 400) -> None:
        with reading(self.database, self.site.log, insight(kept_days)) as one:
            one.catch_up()

    def close(self) -> None:
        self.database.dispose()
        self.site.close()
