"""Version 1 of a tariff: one price per kWh, whatever the time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from central.money.readings import Readings, energy_wh


@dataclass(frozen=True)
class PricePerKwh:
    """`price_e4`: ten-thousandths of the currency per kWh."""

    version: ClassVar[int] = 1

    currency: str
    price_e4: int

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "PricePerKwh":
        return cls(document["currency"], document["price_e4_per_kwh"])

    def document(self) -> dict[str, Any]:
        return {"version": self.version, "currency": self.currency, "price_e4_per_kwh": self.price_e4}

    def cost_e7(self, readings: Readings) -> int:
        return energy_wh(readings) * self.price_e4  # Wh x 1e-4 per 1e3 Wh

    def affordable_wh(self, cost_e7: int) -> int | None:
        return cost_e7 // self.price_e4 if self.price_e4 else None

    def changes_between(self, after_ms: int, until_ms: int) -> bool:
        del after_ms, until_ms
        return False
