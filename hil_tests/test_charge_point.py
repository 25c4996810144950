"""A charge point does what it must on every bench: charges, remembers over a power cut, opens its relay on a fault."""

import pytest

from hil_tests.benches.protocol import ChargePointBench
from hil_tests.benches.scripted_bridge import Message

# All in the board's time.
BOOT_S = 5.0
ANSWER_S = 3.0
FLOWS_S = 3600.0
POWER_W = 3500  # 15 A; a fault makes it 20 A, and 18.2 A are too much for a board of 16 A
TRIPS_S = 12.0  # the slowest row here takes 7 s

# a fault of the plant's: the fault that the board tells
FAULTS = {"sensor_dead": "clipped", "stuck_open": "feedback_missing", "over_current": "over_current"}


def until_idle(each_bench: ChargePointBench) -> None:
    each_bench.until(lambda: "idle" in [each["state"] for each in each_bench.bridge.of("status_notification")], BOOT_S)


def begin(each_bench: ChargePointBench, session_id: str = "s1") -> None:
    """A charge that runs."""
    each_bench.start(POWER_W)
    until_idle(each_bench)
    assert not each_bench.truth().relay
    start = each_bench.bridge.command("start_charge", session_id=session_id)
    each_bench.until(lambda: each_bench.bridge.of("charge_started"), ANSWER_S)
    answer = each_bench.bridge.answer_to(start)
    assert answer is not None
    assert answer["accepted"], answer


def until_enough_flowed(each_bench: ChargePointBench) -> None:
    each_bench.until(lambda: each_bench.truth().energy_wh >= each_bench.enough_wh, FLOWS_S)


def live_power_w(each_bench: ChargePointBench) -> int | None:
    """As the newest live figures tell it; the first may be of the moment before the current rose."""
    data = [each for each in each_bench.bridge.received if each["type"] == "charging_data"]
    return data[-1]["power_w"] if data else None


def until_data(each_bench: ChargePointBench) -> Message:
    """The newest live figures, once there are some of a charge."""

    def told() -> list[Message]:
        data = [each for each in each_bench.bridge.received if each["type"] == "charging_data"]
        return [each for each in data if each["state"] == "charging"]

    each_bench.until(told, ANSWER_S)
    return told()[-1]


def completion(each_bench: ChargePointBench, within_s: float = ANSWER_S) -> Message:
    """The one there is, with the relay open and nothing said that a bridge would refuse."""
    each_bench.until(lambda: each_bench.bridge.of("charge_completion"), within_s)
    (told,) = each_bench.bridge.of("charge_completion")
    assert not each_bench.truth().relay
    assert each_bench.bridge.problems == []
    return told


def metered_wh(told: Message) -> int:
    return told["end_register_wh"] - told["start_register_wh"]


@pytest.mark.needs("charge")
@pytest.mark.guest_s(7, quick=True)
def test_charge_is_metered_from_start_to_completion(each_bench: ChargePointBench):
    begin(each_bench)
    until_enough_flowed(each_bench)
    each_bench.until(lambda: live_power_w(each_bench) == pytest.approx(POWER_W, rel=0.015), ANSWER_S)
    each_bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    told = completion(each_bench)
    truth = each_bench.truth()
    assert (told["session_id"], told["reason"], truth.closures) == ("s1", "driver", 1)
    assert metered_wh(told) == pytest.approx(truth.energy_wh, rel=0.015, abs=each_bench.judged_wh)


@pytest.mark.needs("charge", "power cut")
@pytest.mark.guest_s(14)
def test_power_cut_in_mid_charge_opens_the_relay_and_is_reported(each_bench: ChargePointBench):
    begin(each_bench)
    until_enough_flowed(each_bench)
    each_bench.cut_power()
    each_bench.until(lambda: not each_bench.truth().relay, ANSWER_S)
    told = completion(each_bench, BOOT_S + ANSWER_S)
    truth = each_bench.truth()
    assert (told["session_id"], told["reason"], truth.closures) == ("s1", "power_loss", 1)
    assert 0 <= metered_wh(told) <= truth.energy_wh * 1.015 + each_bench.judged_wh


@pytest.mark.needs("charge", "power cut")
@pytest.mark.guest_s(20)
def test_journal_keeps_over_a_power_cut_what_was_not_acked(each_bench: ChargePointBench):
    each_bench.start(POWER_W)
    until_idle(each_bench)
    each_bench.bridge.acks = False
    acked = set(each_bench.bridge.taken)
    each_bench.bridge.command("start_charge", session_id="s1")
    each_bench.until(lambda: each_bench.truth().relay, ANSWER_S)
    each_bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    each_bench.until(lambda: "charge_completion" in kinds(each_bench), ANSWER_S)
    each_bench.cut_power()
    each_bench.bridge.acks = True
    told = completion(each_bench, 2 * BOOT_S)
    assert told["reason"] == "driver"
    each_bench.until(lambda: none_is_missing(each_bench), BOOT_S)
    assert set(each_bench.bridge.taken) > acked
    assert each_bench.bridge.problems == [], "no number came back with other content"


def none_is_missing(each_bench: ChargePointBench) -> bool:
    """Of the board's numbers up to the newest; they come in any order."""
    numbers = sorted(n for _, _, n in each_bench.bridge.taken)
    return numbers == list(range(1, numbers[-1] + 1))


def kinds(each_bench: ChargePointBench) -> set[object]:
    return {each["type"] for each in each_bench.bridge.received}


@pytest.mark.needs("charge", "faults")
@pytest.mark.guest_s(24)
@pytest.mark.parametrize("fault", FAULTS)
def test_protection_opens_the_relay_and_says_why(each_bench: ChargePointBench, fault: str):
    begin(each_bench)
    until_data(each_bench)
    each_bench.fault(fault, True)
    each_bench.until(lambda: each_bench.bridge.of("fault_notification"), TRIPS_S)
    each_bench.until(lambda: not each_bench.truth().relay, ANSWER_S)
    told = completion(each_bench)
    assert (told["reason"], told["fault"]) == ("fault", FAULTS[fault])


@pytest.mark.needs("charge", "reset")
@pytest.mark.guest_s(14)
def test_reset_in_mid_charge_opens_the_relay_and_is_reported(each_bench: ChargePointBench):
    begin(each_bench)
    until_data(each_bench)
    each_bench.reset()
    each_bench.until(lambda: not each_bench.truth().relay, ANSWER_S)
    assert completion(each_bench, BOOT_S + ANSWER_S)["reason"] == "power_loss"


@pytest.mark.needs("charge", "line cut")
@pytest.mark.guest_s(14)
def test_charge_goes_on_while_the_line_is_cut(each_bench: ChargePointBench):
    begin(each_bench)
    registrations = each_bench.bridge.registrations
    each_bench.cut_line()
    each_bench.until(lambda: each_bench.bridge.registrations > registrations, 60.0)
    assert each_bench.truth().relay
    each_bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    assert completion(each_bench)["reason"] == "driver"
    assert each_bench.truth().closures == 1
