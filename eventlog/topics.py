"""The table of topics. Partition counts are final: another count would move keys between partitions."""

from dataclasses import dataclass

DAY_MS = 24 * 60 * 60 * 1000
FOREVER = None
FLUSHED = True


@dataclass(frozen=True, slots=True)
class Topic:
    """`retention_ms`: how long records are kept, or FOREVER. `max_record_bytes`: key, value and headers together.

    `holds`: what lies in it, in words. `is_flushed`: on the disk before it is acked, where there is no other copy.
    """

    name: str
    partitions: int
    retention_ms: int | None
    max_record_bytes: int
    holds: str = ""
    is_flushed: bool = False


TOPICS = (
    Topic("ev.cp", 8, FOREVER, 65_536, "everything that can change a charge point, a session or money", FLUSHED),
    Topic("ev.driver", 8, FOREVER, 65_536, "drivers and what they ask for", FLUSHED),
    Topic("ev.site", 8, FOREVER, 65_536, "sites, as operators make and change them", FLUSHED),
    Topic("ev.telemetry", 8, 7 * DAY_MS, 65_536, "live figures and signs of life; nothing is billed by them"),
    Topic("ev.commands", 8, 1 * DAY_MS, 65_536, "what Central says to boards; bridges read it"),
    # Wide enough for the largest record of any other topic, even escaped, with the reason beside it.
    Topic("ev.dead", 1, FOREVER, 262_144, "what could not be folded, as it came, with the reason in its headers"),
)
