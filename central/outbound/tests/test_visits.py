"""Attempts, visits, success: the definitions of docs/figures.md, one by one."""

from dataclasses import replace

import pytest

from central.outbound.insight.attempts import EARLY_MS, UNHEARD_MS, Attempt, Verdict, verdict
from central.outbound.insight.visits import GAP_MS, FirstAttempts, first_attempts, visits

LOST_AFTER_MS = 86_400_000
MIN_MS = 60_000
NOW_MS = 10 * LOST_AFTER_MS


def asked(at_min: int, number: int = 0, driver: str = "ada", site: str = "yard") -> Attempt:
    at_ms = at_min * MIN_MS
    return Attempt(f"session_{at_min}_{number}", driver, "cp_001", site, at_ms, at_ms)


def charged(attempt: Attempt, minutes: int = 30, energy_wh: int = 5_000, ended_by: str = "driver") -> Attempt:
    ended_at_ms = attempt.asked_at_ms + minutes * MIN_MS
    return replace(
        attempt, outcome="completed", started_at_ms=attempt.asked_at_ms, ended_at_ms=ended_at_ms, energy_wh=energy_wh,
        cost_minor=100, ended_by=ended_by, heard_at_ms=ended_at_ms,
    )  # fmt: skip


def refused(attempt: Attempt, reason: str, outcome: str = "refused") -> Attempt:
    return replace(attempt, outcome=outcome, reason=reason)


def judged(attempt: Attempt, now_ms: int = NOW_MS) -> Verdict:
    return verdict(attempt, now_ms, LOST_AFTER_MS)


@pytest.mark.parametrize(
    ("energy_wh", "ended_by", "lasted_ms", "expected"),
    [
        (100, "driver", 20 * MIN_MS, "succeeded"),
        (99, "driver", 20 * MIN_MS, "failed"),
        (99, "limit", 20 * MIN_MS, "succeeded"),
        (0, "vehicle", 20 * MIN_MS, "failed"),
        *((500, reason, EARLY_MS - 1, "failed") for reason in ("fault", "safe_mode", "power_loss", "lost")),
        *((500, reason, EARLY_MS, "succeeded") for reason in ("fault", "safe_mode", "power_loss", "lost")),
        (500, "operator", EARLY_MS - 1, "succeeded"),
    ],
)
def test_success_is_100_wh_or_limit_and_nothing_broke_in_the_first_5_min(
    energy_wh: int, ended_by: str, lasted_ms: int, expected: Verdict
) -> None:
    attempt = charged(asked(0), energy_wh=energy_wh, ended_by=ended_by)
    assert judged(replace(attempt, ended_at_ms=lasted_ms)) == expected


@pytest.mark.parametrize(
    ("outcome", "reason", "expected"),
    [
        ("refused", "busy", "turned_away"),
        ("failed", "busy", "turned_away"),
        ("refused", "price_changed", "own_cause"),
        ("refused", "limit_too_small", "own_cause"),
        ("refused", "offline", "failed"),
        ("refused", "expired", "failed"),
        ("refused", "out_of_service", "failed"),
        ("failed", "a_reason_of_tomorrow", "failed"),
        ("cancelled", "driver", "failed"),
        ("no_answer", "no_answer", "open"),
        ("disconnected", None, "open"),
    ],
)
def test_what_an_attempt_without_a_receipt_came_to(outcome: str, reason: str, expected: Verdict) -> None:
    assert judged(refused(asked(0), reason, outcome), now_ms=LOST_AFTER_MS) == expected


def test_an_attempt_that_never_ended_is_given_up_after_a_day_of_silence() -> None:
    attempt = replace(asked(0), heard_at_ms=5 * MIN_MS)
    assert judged(attempt, 5 * MIN_MS + LOST_AFTER_MS) == "open"
    assert judged(attempt, 5 * MIN_MS + LOST_AFTER_MS + 1) == "failed"


def test_a_request_that_no_charge_point_heard_of_was_the_driver_s_own_cause() -> None:
    attempt = replace(asked(0), claimed=False)
    assert judged(attempt, UNHEARD_MS) == "open"
    assert judged(attempt, UNHEARD_MS + 1) == "own_cause"


def _visits(*attempts: Attempt) -> list[list[str]]:
    found = visits((each, judged(each)) for each in attempts)
    return [[attempt.session_id for attempt, _ in visit.attempts] for visit in found]


def test_attempts_within_10_min_of_the_last_one_s_end_are_one_visit() -> None:
    first = refused(asked(0), "offline")
    second = refused(asked(10), "faulty")
    third = refused(asked(21), "faulty")
    assert _visits(third, first, second) == [["session_0_0", "session_10_0"], ["session_21_0"]]


def test_the_gap_counts_from_an_attempt_s_end() -> None:
    failed = charged(asked(0), minutes=60, energy_wh=0)
    assert _visits(failed, asked(70)) == [["session_0_0", "session_70_0"]]
    assert _visits(failed, asked(71)) == [["session_0_0"], ["session_71_0"]]
    assert GAP_MS == 10 * MIN_MS


def test_a_visit_ends_with_its_first_success() -> None:
    assert _visits(charged(asked(0), minutes=5), charged(asked(6))) == [["session_0_0"], ["session_6_0"]]


def test_drivers_and_sites_are_apart() -> None:
    assert len(_visits(asked(0), asked(1, driver="lin"), asked(2, site="depot"))) == 3


def test_first_attempts_leave_out_busy_and_the_driver_s_own_cause() -> None:
    attempts = [
        charged(asked(0)),  # at the first attempt
        refused(asked(100), "offline"), charged(asked(105)),  # at the second
        refused(asked(200), "busy"), charged(asked(205)),  # turned away, then at the first that counts
        refused(asked(300), "busy"), refused(asked(305), "busy"),  # turned away for good
        refused(asked(400), "price_changed"), charged(asked(401)),  # own cause, then at the first that counts
        refused(asked(500), "unknown_driver"),  # no visit at all
        asked(20 * 1_440),  # not over yet
    ]  # fmt: skip
    found = first_attempts(visits((each, judged(each, 20 * 1_440 * MIN_MS + 1)) for each in attempts))
    assert found == FirstAttempts(succeeded=3, failed=1, open=1, turned_away=1)
    assert found.share == 0.75
    assert found.is_provisional


def test_nothing_decided_has_no_share() -> None:
    assert first_attempts([]).share is None


def test_what_came_of_a_visit_in_the_end() -> None:
    def result(*attempts: Attempt) -> str:
        (visit,) = visits((each, judged(each, LOST_AFTER_MS)) for each in attempts)
        return visit.result

    assert result(refused(asked(0), "offline"), charged(asked(5))) == "succeeded"
    assert result(refused(asked(0), "offline"), asked(5)) == "open"
    assert result(refused(asked(0), "offline"), refused(asked(5), "busy")) == "failed"
    assert result(refused(asked(0), "busy")) == "turned_away"
