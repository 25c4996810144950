"""What reasons say to a driver. That each reason of boards and Central has words: tools/tests/test_agreement.py."""

import pytest

from driver_cli.words import reasons


@pytest.mark.parametrize("reason", reasons.REFUSALS)
def test_refusal_is_a_sentence_that_names_the_charge_point_or_what_to_do(reason: str):
    told = reasons.refusal(reason, "cp-1")
    assert not {"{", "}", "_"} & set(told)


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
