"""Every reason that boards and Central can give has words for the driver."""

import pytest
from wire.kinds.boards import END_REASONS

from central.fold import claims
from driver_cli.words import reasons

OF_DRIVERS = ("unknown_driver", "already_charging")
# chargepoint/engine/admission.py and commands.py; a driver's request ends with them as they are.
OF_ENGINES = (
    "already_ran", "out_of_service", "safe", "faulted", "busy", "pause", "no_clock", "journal_full", "expired",
    "superseded", "seq_jump", "unknown_session",
)  # fmt: skip
REFUSALS = (*(reason for reason, _ in claims.REFUSALS), *OF_DRIVERS, *OF_ENGINES, "unknown_charge_point", "no_answer")


@pytest.mark.parametrize("reason", END_REASONS)
def test_end_reason_has_words(reason: str):
    assert reason in reasons.END_REASONS
    assert reason in reasons.REFUSALS  # where it ended before any energy flowed


@pytest.mark.parametrize("reason", REFUSALS)
def test_refusal_has_words(reason: str):
    assert reason in reasons.REFUSALS
    assert "_" not in reasons.refusal(reason, "cp-1").replace("cp-1", "")


def test_every_reason_has_one_word():
    assert set(reasons.WORDS) == set(reasons.END_REASONS) | set(reasons.REFUSALS)


def test_fault_is_named_where_it_is_known():
    assert reasons.end_reason("fault", "current too high") == "ended by a fault of the charge point: current too high"
    assert reasons.refusal("faulty", "cp_1", "current too high").startswith("cp_1 has a fault (current too high); pick")
    assert reasons.refusal("faulty", "cp_1").startswith("cp_1 has a fault; pick")


@pytest.mark.parametrize("reason", ["brand_new", "a\x9bb", ""])
def test_new_reason_is_told_as_it_is(reason: str):
    for told in (reasons.end_reason(reason), reasons.refusal(reason, "cp_1"), reasons.one_word(reason)):
        assert "\x9b" not in told
    assert reasons.end_reason("brand_new") == "brand new"
    assert reasons.one_word("brand_new") == "brand_new"
