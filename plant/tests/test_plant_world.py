"""The physics of one charge point on its virtual clock."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.check import check

from plant.attachment import Attachment, Message, sample_window
from plant.car import Car
from plant.faults import FAULTS
from plant.load import Profile, step_of_power
from plant.mains import Mains
from plant.profile_files import load_of
from plant.relay import CLOSING_MS, OPENING_MS
from plant.sensor import COUNT_MIN, EXACT, I_A_PER_COUNT, SAMPLES, V_V_PER_COUNT, Sums
from plant.world import Window, World


def a_world(spec: str = "constant:7360", *, plugged: bool = True, window_ms: int = 200) -> World:
    walls = iter(range(1_000_000))
    return World(
        load_of(spec, Mains()), plugged=plugged, current=EXACT, voltage=EXACT, window_ms=window_ms,
        wall=lambda: float(next(walls)),
    )  # fmt: skip


def power_w(sums: Sums) -> float:
    return sums.sum_vi / sums.n * I_A_PER_COUNT * V_V_PER_COUNT


def current_a(sums: Sums) -> float:
    return math.sqrt(sums.sum_ii / sums.n) * I_A_PER_COUNT


def test_windows_show_what_flows():
    world = a_world()
    world.pin(True)
    windows = world.advance(2000)
    assert [window.duration_ms for window in windows] == [200] * 10
    assert all(window.sums.n == SAMPLES for window in windows)
    for window in windows[1:]:
        assert power_w(window.sums) == pytest.approx(7360, rel=0.002)
        assert current_a(window.sums) == pytest.approx(32, rel=0.002)
        assert (window.vehicle, window.feedback, window.sums.clipped) == ("present", True, 0)


def test_nothing_flows_through_an_open_relay_or_without_a_car():
    for world, closed in ((a_world(), False), (a_world(plugged=False), True)):
        world.pin(closed)
        windows = world.advance(1000)
        assert world.record.energy_j == 0
        assert all(window.sums.sum_ii == 0 for window in windows)
        assert all(window.sums.sum_vv > 0 for window in windows)


@given(
    st.lists(st.tuples(st.floats(0.5, 900), st.booleans()), min_size=1, max_size=40),
    st.floats(0.5, 5.0),
)
def test_energy_is_power_times_the_time_the_contact_was_closed(closures: list[tuple[float, bool]], end_s: float):
    world = World(Profile([step_of_power(0.0, 5000, 230)], end_s, 50), plugged=True, wall=lambda: 0.0)
    for duration_ms, closed in closures:
        world.pin(closed)
        world.advance(duration_ms)
    closed_ms, since = 0.0, None
    for edge in world.relay.edges:
        if edge.closed:
            since = edge.at_ms
        elif since is not None:
            closed_ms, since = closed_ms + edge.at_ms - since, None
    closed_ms += 0 if since is None else world.now_ms - since
    assert world.record.energy_j == pytest.approx(5000 * min(closed_ms / 1000, end_s), rel=1e-6, abs=1e-3)
    assert sum(closure.energy_j for closure in world.record.closures) == pytest.approx(world.record.energy_j)


@given(st.lists(st.floats(0.01, 500), min_size=1, max_size=30))
def test_how_the_time_is_cut_up_changes_nothing(cuts: list[float]):
    cut, whole = a_world("commuter"), a_world("commuter")
    for world in (cut, whole):
        world.pin(True)
    windows = [window for duration_ms in cuts for window in cut.advance(duration_ms)]
    assert windows == whole.advance(cut.now_ms)
    assert cut.record.energy_j == pytest.approx(whole.record.energy_j)


def test_a_fast_window_spans_more_time_at_the_same_power():
    world = a_world(window_ms=30_000)
    world.pin(True)
    windows = world.advance(90_000)
    assert [window.duration_ms for window in windows] == [30_000] * 3
    assert power_w(windows[1].sums) == pytest.approx(7360, rel=0.002)


def test_every_edge_is_recorded_when_the_contact_moves():
    world = a_world()
    world.advance(100)
    world.pin(True)
    world.advance(100)
    world.pin(False)
    world.advance(100)
    assert [(edge.closed, edge.at_ms) for edge in world.relay.edges] == [
        (True, 100 + CLOSING_MS), (False, 200 + OPENING_MS),
    ]  # fmt: skip
    (closure,) = world.record.closures
    assert (closure.closed_at_ms, closure.opened_at_ms) == (115, 208)
    assert closure.opened_wall_s is not None
    assert closure.opened_wall_s > closure.closed_wall_s
    assert closure.energy_j == pytest.approx(7360 * 0.093)


def test_a_pin_that_is_taken_back_in_time_moves_nothing():
    world = a_world()
    world.pin(True)
    world.advance(CLOSING_MS - 1)
    world.pin(False)
    world.advance(1000)
    assert not world.relay.edges


def test_a_car_is_full_at_the_end_of_its_profile_and_its_clock_stands_while_unpowered():
    world = a_world("commuter", window_ms=10_000)
    world.advance(3_600_000)
    assert world.car.clock_s == 0
    world.pin(True)
    world.advance(9_000_000)
    assert world.car.full
    assert world.record.energy_j == pytest.approx(load_of("commuter", Mains()).energy_j(0, math.inf))
    assert sum(window.sums.sum_ii for window in world.advance(60_000)) == 0


def test_another_car_starts_from_the_beginning():
    car = Car(load_of("commuter", Mains()), plugged=True)
    car.run(9_000_000)
    car.plug()
    assert car.full
    car.unplug()
    car.plug()
    assert not car.full


def test_samples_beyond_the_range_are_clipped_and_counted():
    world = a_world("constant:13000")
    world.pin(True)
    first, window = world.advance(400)
    assert 0 < window.sums.clipped < SAMPLES
    assert first.sums.sum_ii <= SAMPLES * 2048 * 2048
    assert current_a(window.sums) < 13000 / 230 * 0.99


def test_the_usual_sensor_is_within_half_a_per_cent():
    world = World(load_of("constant:7360", Mains()), plugged=True, seed=3)
    world.pin(True)
    windows = world.advance(10_000)[1:]
    mean = sum(power_w(window.sums) for window in windows) / len(windows)
    assert mean != pytest.approx(7360, rel=1e-4)
    assert mean == pytest.approx(7360, rel=0.005)


def test_the_same_seed_gives_the_same_noise():
    one, same, other = (World(load_of("commuter", Mains()), seed=seed) for seed in (1, 1, 2))
    assert one.advance(1000) == same.advance(1000)
    assert one.advance(1000) != other.advance(1000)


def faulty(name: str) -> tuple[World, list[Window]]:
    world = a_world()
    world.pin(True)
    world.advance(1000)
    world.fault(name, True)
    return world, world.advance(1000)


def test_a_welded_contact_stays_when_the_pin_falls():
    world, _ = faulty("weld")
    world.pin(False)
    assert world.advance(1000)[-1].feedback is True
    assert world.relay.contact
    world.fault("weld", False)
    world.advance(100)
    assert not world.relay.contact


def test_a_stuck_contact_opens_and_does_not_close():
    world, _ = faulty("stuck_open")
    assert not world.relay.contact
    world.pin(True)
    world.advance(1000)
    assert not world.relay.contact


def test_a_dead_sensor_reads_the_bottom_of_its_range():
    _, windows = faulty("sensor_dead")
    assert windows[-1].sums.sum_i == SAMPLES * COUNT_MIN
    assert windows[-1].sums.clipped == SAMPLES


def test_over_current_is_drawn_and_counted():
    world, windows = faulty("over_current")
    assert current_a(windows[-1].sums) == pytest.approx(32 * 1.3, rel=0.01)
    assert world.record.energy_j == pytest.approx(7360 * (0.985 + 1.3), rel=0.001)


def test_over_temperature_is_measured():
    _, windows = faulty("over_temperature")
    assert windows[-1].temperature_mc > 71_000


def test_the_relay_warms_with_its_current():
    world = a_world(window_ms=10_000)
    world.pin(True)
    first, *_, last = world.advance(3_600_000)
    assert first.temperature_mc < 26_000
    assert 44_000 < last.temperature_mc < 46_000


def test_an_unplugged_car_is_absent_and_draws_nothing():
    world, windows = faulty("unplugged")
    assert windows[-1].vehicle == "absent"
    assert windows[-1].sums.sum_ii == 0
    world.fault("unplugged", False)
    assert world.advance(200)[-1].vehicle == "present"


def test_stalled_samples_do_not_stop_the_current():
    world, windows = faulty("sample_stall")
    assert windows == []
    assert world.record.energy_j == pytest.approx(7360 * 1.985, rel=0.001)
    world.fault("sample_stall", False)
    assert world.advance(1000)


def test_every_fault_can_be_switched_off():
    world = a_world()
    world.pin(True)
    for name in FAULTS:
        world.fault(name, True)
    assert world.faults == set(FAULTS)
    for name in FAULTS:
        world.fault(name, False)
    world.advance(1000)
    assert not world.faults
    assert power_w(world.advance(200)[-1].sums) == pytest.approx(7360, rel=0.01)


def test_the_windows_are_messages_that_the_wire_admits():
    world = a_world("constant:20000")
    world.pin(True)
    for window in world.advance(2000):
        assert check(sample_window(window)) is None


def test_a_board_moves_the_pin_and_its_words_are_only_recorded():
    world = a_world()
    board = Attachment(world)
    board.attach("b1")
    assert board.take({"type": "meter_report", "meter_id": "m", "register_wh": 500}) is None
    assert board.take({"type": "pins", "relay": True}) is None
    world.advance(1000)
    report: Message = {"type": "meter_report", "meter_id": "m", "register_wh": 502, "session_id": "s1"}
    assert board.take(report) is None
    board.detach()
    world.advance(1000)
    assert not world.relay.contact
    board.attach("b1")
    assert board.take({**report, "register_wh": 503, "session_id": None}) is None
    assert board.take({**report, "register_wh": 503, "session_id": "s2"}) is None
    (closure,) = world.record.closures
    assert (closure.session_id, closure.register_start_wh, closure.register_end_wh) == ("s1", 500, 503)
    assert closure.energy_mwh == round(7360 * (1 - 0.015 + 0.008) / 3.6)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "pins"}, "missing_field"), ({"type": "pins", "relay": 1}, "bad_field"),
        ({"type": "plant_hello", "cp_id": "c", "board": "b"}, "wrong_direction"),
        ({"type": "keepalive"}, "wrong_direction"), ({"type": "nonsense"}, "unknown_type"),
        ({"type": "meter_report", "meter_id": "m", "register_wh": -1}, "out_of_bounds"),
    ],
)  # fmt: skip
def test_what_a_board_may_not_say_changes_nothing(message: dict[str, object], code: str):
    world = a_world()
    board = Attachment(world)
    board.attach("b1")
    problem = board.take(message)
    assert problem is not None
    assert problem.code == code
    world.advance(100)
    assert not world.relay.contact
    assert world.record.register_wh is None
