"""The table of topics. Partition counts are final: another count would move keys between partitions."""

from dataclasses import dataclass

DAY_MS = 24 * 60 * 60 * 1000
FOREVER = None


@dataclass(frozen=True, slots=True)
class Topic:
    """`retention_ms`: how long records are kept, or FOREVER. `max_record_bytes`: key, value and headers
    together.
    """

    name: str
    partitions: int
    retention_ms: int | None
    max_record_bytes: int


TOPICS = (
    Topic("ev.cp", 8, FOREVER, 65_536),
    Topic("ev.driver", 8, FOREVER, 65_536),
    Topic("ev.telemetry", 8, 7 * DAY_MS, 65_536),
    Topic("ev.commands", 8, 1 * DAY_MS, 65_536),
    # Wide enough for the largest record of any other topic, even escaped, with the reason beside it.
    Topic("ev.dead", 1, FOREVER, 262_144),
)
