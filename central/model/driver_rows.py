"""The rows of what drivers look at and say beside the books: a charge's power curve, and reports of problems; as those
of rows.py.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass
class PowerCurve:
    """PowerCurves: a charge's power over its time, as telemetry told it: central/model/curve.py bounds it."""

    primary_key: ClassVar[tuple[str, ...]] = ("session_id",)
    owner: ClassVar[str] = "cp_id"

    session_id: str
    cp_id: str
    at_ms: int  # of the newest point
    spacing_ms: int
    points: str  # JSON: [[at_ms, power_w], ...], in order


@dataclass
class ProblemReport:
    """ProblemReports: what a driver said went wrong with a charge of his. For whoever operates the charge point."""

    primary_key: ClassVar[tuple[str, ...]] = ("session_id", "number")
    owner: ClassVar[str] = "cp_id"

    session_id: str
    number: int
    cp_id: str
    driver_id: str
    at_ms: int
    text: str
