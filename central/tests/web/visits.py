"""Visits of drivers to a charge point whose board is the test: it answers, charges, tells and ends as it is told."""

from dataclasses import dataclass
from uuid import uuid4

from playwright.sync_api import BrowserContext

from central.tests.site import EPOCH, Site, sign_up
from eventlog.clock import wall_ms

START_WH = 1_000


@dataclass
class Post:
    """A charge point with its board, connected."""

    site: Site
    cp_id: str
    register_wh: int = START_WH
    told: int = 0

    @classmethod
    def at(
        cls, site: Site, location: str = "Yard 3", price_per_kwh: float = 0.32, cp_id: str | None = None
    ) -> "Post":
        post = cls(site, cp_id or f"cp_{uuid4().hex[:8]}")
        site.connect(post.cp_id, post.cp_id, location=location, price_per_kwh=price_per_kwh)
        site.wait_for(lambda: post.status == "ACTIVE", f"{post.cp_id} is there")
        return post

    @property
    def url(self) -> str:
        return f"{self.site.api_url}/p/{self.cp_id}"

    @property
    def status(self) -> str:
        with self.site.client() as client:
            return client.get(f"/v1/charge-points/{self.cp_id}").json().get("status", "")

    def begin(self, session: str) -> None:
        """The engine takes the newest start and closes its relay."""
        self.site.wait_for(lambda: self.status == "CHARGING", "the start was folded")
        self._says("command_response", seq=1, accepted=True)
        self._says(
            "charge_started", session_id=session, meter_id=self.meter_id, register_wh=self.register_wh,
            occurred_at_ms=wall_ms(),
        )  # fmt: skip

    def tell(self, session: str, energy_wh: int, power_w: int = 7_400) -> None:
        """Telemetry: so much since the start."""
        self.told += 1
        self.register_wh = START_WH + energy_wh
        self.site.says(
            "charging_data", "bridge", message_id=f"{self.cp_id}.{EPOCH}.t{self.told}", cp_id=self.cp_id,
            state="charging", meter_id=self.meter_id, register_wh=self.register_wh, session_id=session,
            session_energy_wh=energy_wh, power_w=power_w, current_ma=power_w * 1_000 // 230, voltage_mv=230_000,
            limit_ma=32_000, limit_reason="rated", occurred_at_ms=wall_ms(),
        )  # fmt: skip

    def end(self, session: str, reason: str = "driver") -> None:
        now_ms = wall_ms()
        self._says(
            "charge_completion", session_id=session, meter_id=self.meter_id, start_register_wh=START_WH,
            end_register_wh=self.register_wh, started_at_ms=now_ms - 60_000, ended_at_ms=now_ms, reason=reason,
            relay_closed=True,
        )  # fmt: skip

    def fails(self, fault: str = "weld") -> None:
        self._says("fault_notification", failure_info=fault)

    @property
    def meter_id(self) -> str:
        return f"m-{self.cp_id}"

    def _says(self, kind: str, **fields: object) -> None:
        name = "id" if kind == "fault_notification" else "cp_id"
        self.site.board_says(kind, self.cp_id, **{name: self.cp_id}, **fields)


def session_in(url: str) -> str:
    """Of a charge's page."""
    return url.partition("/c/")[2].partition("?")[0]


def sign_in_as_driver(site: Site, context: BrowserContext, name: str = "Ada") -> str:
    """Somebody who registered elsewhere shows his cookie in this browser; his id."""
    with site.client() as client:
        driver_id = sign_up(client, name)
        token = client.headers["authorization"].partition(" ")[2]
    context.add_cookies([{"name": "wattline", "value": token, "url": site.api_url, "httpOnly": True}])
    return driver_id
