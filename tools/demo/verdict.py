"""Three independent figures a charge (the plant's integral, the board's register, the bill), and what they say."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TOLERANCE = 0.015  # of the plant's energy: what a 12-bit current and voltage channel can promise


@dataclass(frozen=True)
class Flowed:
    """What a plant saw between two edges of its relay, and what its board's register said then."""

    cp_id: str
    session_id: str | None
    plant_wh: float
    metered_wh: int


@dataclass(frozen=True)
class Billed:
    """A receipt."""

    cp_id: str
    session_id: str
    energy_wh: int


@dataclass(frozen=True)
class Verdict:
    charges: int
    plant_wh: float
    metered_wh: int
    billed_wh: int
    lost: int
    doubled: int
    complaints: Sequence[str]

    def line(self, log: str, board: str) -> str:
        outcome = "DEMO FAILED" if self.complaints else "DEMO OK"
        figures = (
            f"charges={self.charges} plant_wh={self.plant_wh:.0f} metered_wh={self.metered_wh} "
            f"billed_wh={self.billed_wh} lost={self.lost} doubled={self.doubled} log={log} board={board}"
        )
        return " ".join([outcome, figures, *(f"reason={'; '.join(self.complaints)}" for _ in self.complaints[:1])])


@dataclass(frozen=True)
class Account:
    """Of so many charges requested. `booked`: the session id of every charge that Central's rows tell of."""

    requested: int
    flowed: Sequence[Flowed]
    billed: Sequence[Billed]
    booked: Sequence[str]

    def __add__(self, other: "Account") -> "Account":
        return Account(
            self.requested + other.requested, [*self.flowed, *other.flowed], [*self.billed, *other.billed],
            [*self.booked, *other.booked],
        )  # fmt: skip


def judge(requested: int, flowed: Iterable[Flowed], billed: Sequence[Billed], booked: Sequence[str]) -> Verdict:
    """As of an Account."""
    closures = list(flowed)
    of_session = {closure.session_id: closure for closure in closures}
    bills = {bill.session_id: bill for bill in billed}
    lost = [closure for closure in closures if closure.session_id not in bills]
    doubled = [session for session, count in Counter(booked).items() if count > 1]
    doubled += [session for session, count in Counter(b.session_id for b in billed).items() if count > 1]
    doubled += [session or "none" for session, count in Counter(s.session_id for s in closures).items() if count > 1]
    complaints = [f"{closure.cp_id}: {closure.plant_wh:.0f} Wh flowed and were never billed" for closure in lost]
    complaints += [f"session {session} stands twice" for session in doubled]
    if len(billed) != requested or len(set(booked)) != requested:
        complaints.append(f"{requested} charges requested, {len(set(booked))} in the books, {len(billed)} billed")
    for bill in billed:
        complaints += _compare(bill, of_session.get(bill.session_id))
    return Verdict(
        charges=len(billed),
        plant_wh=sum(closure.plant_wh for closure in closures),
        metered_wh=sum(closure.metered_wh for closure in closures),
        billed_wh=sum(bill.energy_wh for bill in billed),
        lost=len(lost),
        doubled=len(doubled),
        complaints=complaints,
    )


def _compare(bill: Billed, closure: Flowed | None) -> list[str]:
    if closure is None:
        return [f"{bill.cp_id}: {bill.energy_wh} Wh billed, and its relay never closed"]
    complaints: list[str] = []
    if closure.metered_wh != bill.energy_wh:
        complaints.append(f"{bill.cp_id}: {closure.metered_wh} Wh metered, {bill.energy_wh} Wh billed")
    if abs(closure.metered_wh - closure.plant_wh) > TOLERANCE * closure.plant_wh + 1:
        complaints.append(f"{bill.cp_id}: {closure.plant_wh:.0f} Wh flowed, {closure.metered_wh} Wh metered")
    return complaints
