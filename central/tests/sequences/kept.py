"""What an engine has of a charge, and what survives a power cut."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Charge:
    """`closed_ms`: true time at which the relay closed, None while the car is awaited; `started_ms`: the board's."""

    session_id: str
    started_ms: int
    start_wh: int
    asked_ms: int
    max_energy_wh: int | None
    max_duration_s: int | None
    closed_ms: int | None = None
    told_ms: int = 0


@dataclass
class Flash:
    """What survives a power cut."""

    register_wh: int = 0
    charge: Charge | None = None
    at_ms: int | None = None  # the board's clock at the last write
    last_seq: int | None = None
    answer: dict[str, Any] | None = None
    sessions: tuple[str, ...] = ()
    is_out_of_service: bool = False
