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


def until_idle(bench: ChargePointBench) -> None:
    bench.until(lambda: "idle" in [each["state"] for each in bench.bridge.of("status_notification")], BOOT_S)


def begin(bench: ChargePointBench, session_id: str = "s1") -> None:
    """A charge that runs."""
    bench.start(POWER_W)
    until_idle(bench)
    assert not bench.truth().relay
    start = bench.bridge.command("start_charge", session_id=session_id)
    bench.until(lambda: bench.bridge.of("charge_started"), ANSWER_S)
    answer = bench.bridge.answer_to(start)
    assert answer is not None
    assert answer["accepted"], answer


def until_enough_flowed(bench: ChargePointBench) -> None:
    bench.until(lambda: bench.truth().energy_wh >= bench.enough_wh, FLOWS_S)


def until_data(bench: ChargePointBench) -> Message:
    """The newest live figures, once there are some of a charge."""

    def told() -> list[Message]:
        data = [each for each in bench.bridge.received if each["type"] == "charging_data"]
        return [each for each in data if each["state"] == "charging"]

    bench.until(told, ANSWER_S)
    return told()[-1]


def completion(bench: ChargePointBench, within_s: float = ANSWER_S) -> Message:
    """The one there is, with the relay open and nothing said that a bridge would refuse."""
    bench.until(lambda: bench.bridge.of("charge_completion"), within_s)
    (told,) = bench.bridge.of("charge_completion")
    assert not bench.truth().relay
    assert bench.bridge.problems == []
    return told


def metered_wh(told: Message) -> int:
    return told["end_register_wh"] - told["start_register_wh"]


@pytest.mark.needs("charge")
@pytest.mark.guest_s(6, quick=True)
def test_charge_is_metered_from_start_to_completion(bench: ChargePointBench):
    begin(bench)
    until_enough_flowed(bench)
    data = until_data(bench)
    assert data["power_w"] == pytest.approx(POWER_W, rel=0.015)
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    told = completion(bench)
    truth = bench.truth()
    assert (told["session_id"], told["reason"], truth.closures) == ("s1", "driver", 1)
    assert metered_wh(told) == pytest.approx(truth.energy_wh, rel=0.015, abs=bench.judged_wh)


@pytest.mark.needs("charge", "power cut")
@pytest.mark.guest_s(14)
def test_power_cut_in_mid_charge_opens_the_relay_and_is_reported(bench: ChargePointBench):
    begin(bench)
    until_enough_flowed(bench)
    bench.cut_power()
    bench.until(lambda: not bench.truth().relay, ANSWER_S)
    told = completion(bench, BOOT_S + ANSWER_S)
    truth = bench.truth()
    assert (told["session_id"], told["reason"], truth.closures) == ("s1", "power_loss", 1)
    assert 0 <= metered_wh(told) <= truth.energy_wh * 1.015 + bench.judged_wh


@pytest.mark.needs("charge", "power cut")
@pytest.mark.guest_s(20)
def test_journal_keeps_over_a_power_cut_what_was_not_acked(bench: ChargePointBench):
    bench.start(POWER_W)
    until_idle(bench)
    bench.bridge.acks = False
    acked = set(bench.bridge.taken)
    bench.bridge.command("start_charge", session_id="s1")
    bench.until(lambda: bench.truth().relay, ANSWER_S)
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.until(lambda: "charge_completion" in kinds(bench), ANSWER_S)
    bench.cut_power()
    bench.bridge.acks = True
    told = completion(bench, 2 * BOOT_S)
    assert told["reason"] == "driver"
    bench.until(lambda: none_is_missing(bench), BOOT_S)
    assert set(bench.bridge.taken) > acked
    assert bench.bridge.problems == [], "no number came back with other content"


def none_is_missing(bench: ChargePointBench) -> bool:
    """Of the board's numbers up to the newest; they come in any order."""
    numbers = sorted(n for _, _, n in bench.bridge.taken)
    return numbers == list(range(1, numbers[-1] + 1))


def kinds(bench: ChargePointBench) -> set[object]:
    return {each["type"] for each in bench.bridge.received}


@pytest.mark.needs("charge", "faults")
@pytest.mark.guest_s(24)
@pytest.mark.parametrize("fault", FAULTS)
def test_protection_opens_the_relay_and_says_why(bench: ChargePointBench, fault: str):
    begin(bench)
    until_data(bench)
    bench.fault(fault, True)
    bench.until(lambda: bench.bridge.of("fault_notification"), TRIPS_S)
    bench.until(lambda: not bench.truth().relay, ANSWER_S)
    told = completion(bench)
    assert (told["reason"], told["fault"]) == ("fault", FAULTS[fault])


@pytest.mark.needs("charge", "reset")
@pytest.mark.guest_s(14)
def test_reset_in_mid_charge_opens_the_relay_and_is_reported(bench: ChargePointBench):
    begin(bench)
    until_data(bench)
    bench.reset()
    bench.until(lambda: not bench.truth().relay, ANSWER_S)
    assert completion(bench, BOOT_S + ANSWER_S)["reason"] == "power_loss"


@pytest.mark.needs("charge", "line cut")
@pytest.mark.guest_s(14)
def test_charge_goes_on_while_the_line_is_cut(bench: ChargePointBench):
    begin(bench)
    registrations = bench.bridge.registrations
    bench.cut_line()
    bench.until(lambda: bench.bridge.registrations > registrations, 60.0)
    assert bench.truth().relay
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    assert completion(bench)["reason"] == "driver"
    assert bench.truth().closures == 1
