"""What the demo's cars draw: recorded sessions where the recordings are at hand, else the plant's own profile."""

import gzip
import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Recorded charging sessions (EV-CPW, doi:10.7910/DVN/F81CXW), a row a minute; not part of this project.
RECORDINGS = Path(os.environ.get("WATTLINE_EVDATA") or ROOT.parent / "shared" / "evdata") / "cpw"
RECORDED_CARS = ("nissan_leaf", "kia_nero", "bmw_ix_xdrive50")
OWN_PROFILE = "commuter"
OWN_PROFILE_MINUTES = 120


@dataclass(frozen=True)
class Car:
    """`profile` as the plant takes it; `minutes` that it charges."""

    profile: str
    minutes: int


def cars() -> list[Car]:
    """Three of them."""
    recorded = [RECORDINGS / name / "profile.csv.gz" for name in RECORDED_CARS]
    if not all(path.is_file() for path in recorded):
        return [Car(OWN_PROFILE, OWN_PROFILE_MINUTES)] * 3
    return [Car(str(path), _rows(path)) for path in recorded]


def _rows(path: Path) -> int:
    with gzip.open(path, "rt", encoding="utf-8-sig") as rows:
        return sum(1 for _ in rows) - 1
