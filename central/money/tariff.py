"""What energy costs: a tariff's terms are one versioned JSON document, and `cost_minor` prices readings by it.

Preview, live figure, bill and `verify` all ask `cost_minor`. Another kind of tariff (by the hour, say) is one more
class like `PricePerKwh`, and one more row in `VERSIONS`.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, Protocol

from central.money.price_per_kwh import PricePerKwh
from central.money.readings import Readings

E7_PER_MINOR = 100_000  # ten-millionths of the currency in a hundredth
_REMEMBERED = 1_024  # documents; most sessions have the same few


class Tariff(Protocol):
    """A tariff's terms. `currency`: the ISO code of one with two decimals; `version`: of the document."""

    version: ClassVar[int]

    @property
    def currency(self) -> str: ...

    @property
    def price_e4(self) -> int:
        """The price per kWh that is shown beside a charge, in ten-thousandths of the currency."""
        ...

    def document(self) -> Mapping[str, Any]: ...

    def cost_e7(self, readings: Readings) -> int:
        """The exact cost in ten-millionths of the currency. More readings never make it less."""
        ...

    def affordable_wh(self, cost_e7: int) -> int | None:
        """The most energy that can be had for this much, to the last Wh and never more; None: any amount."""
        ...

    def changes_between(self, after_ms: int, until_ms: int) -> bool:
        """Whether energy costs something else at `until_ms` than after `after_ms`: then a reading there counts."""
        ...


VERSIONS = {PricePerKwh.version: PricePerKwh.of}


@lru_cache(_REMEMBERED)
def tariff_of(text: str) -> Tariff:
    """The tariff of a document. Raises ValueError for a version that this program does not know."""
    document: dict[str, Any] = json.loads(text)
    make = VERSIONS.get(document["version"])
    if make is None:
        raise ValueError(f"a tariff of version {document['version']}; this program knows {sorted(VERSIONS)}")
    return make(document)


def text_of(tariff: Tariff) -> str:
    """Its document as the session's row, the ticket and the receipt carry it."""
    return json.dumps(tariff.document(), separators=(",", ":"))


def cost_minor(tariff: Tariff, readings: Readings) -> int:
    """The cost of what was read, in minor units (cents), rounded once, half up."""
    return (tariff.cost_e7(readings) + E7_PER_MINOR // 2) // E7_PER_MINOR
