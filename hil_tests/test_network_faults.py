"""Wi-Fi, bridge and broker come back by themselves, and the control loop is late in none of it: the whole firmware of a
Pico W on real MicroPython charges a car meanwhile.

Its clock goes on by what its loop sleeps. That no pass is held up is not timed, which a busy machine would spoil: every
call of the firmware's sockets is looked at, and none may be one that can wait; and while a fault lasts, passes go on.
"""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hal.names import TTL_MOST_S

from hil_tests.benches.network import BRIDGE, NetworkBench
from tools.services.mqtt import MqttBroker

SECOND = 200  # passes of 5 ms
ELSEWHERE = "127.0.0.2"
TICKS_PERIOD = 1 << 30

Pico = Callable[..., NetworkBench]


@pytest.fixture(scope="module")
def broker() -> Iterator[MqttBroker]:
    with MqttBroker("iotcore") as broker:
        yield broker


@pytest.fixture
def new_pico_w(tmp_path: Path, micropython: str, broker: MqttBroker) -> Iterator[Pico]:
    made: list[NetworkBench] = []

    def make(**options: Any) -> NetworkBench:
        made.append(NetworkBench(tmp_path, micropython, broker, **options))
        return made[-1]

    yield make
    for bench in made:
        bench.__exit__(None, None, None)


@pytest.fixture
def pico_w(new_pico_w: Pico) -> NetworkBench:
    """Online, with a car that charges."""
    bench = new_pico_w()
    bench.until_online()
    bench.charge()
    return bench


def assert_never_late(bench: NetworkBench, charges: bool = True) -> None:
    status = bench.status
    assert status["blocking"] == []
    assert (status["faults"], status["bitten"], status["resets"]) == ([], False, 0)
    assert bench.bridge.problems == []
    if charges:
        assert (status["engine"], status["relay"]) == ("charging", 1)


def until_anew(bench: NetworkBench, registrations: int, connections: int) -> None:
    """More of them than these."""
    bench.until(lambda: bench.bridge.registrations > registrations, "a new registration")
    bench.until(lambda: bench.status["connections"] > connections, "a new connection to the broker")
    bench.until_online()


def known(bench: NetworkBench) -> tuple[int, int]:
    return bench.bridge.registrations, bench.status["connections"]


def test_access_point_gone(pico_w: NetworkBench):
    before, joins = known(pico_w), pico_w.status["joins"]
    pico_w.router.is_silent = True
    pico_w.router.forget()
    pico_w.air(password=None)
    pico_w.passes(50 * SECOND)
    assert not pico_w.status["wifi"]
    assert pico_w.status["joins"] >= joins + 2
    assert (pico_w.is_registered(), pico_w.status["mqtt"]) == (False, False)
    pico_w.router.is_silent = False
    pico_w.air(password="right")
    until_anew(pico_w, *before)
    assert_never_late(pico_w)


def test_wrong_then_right_password(new_pico_w: Pico):
    bench = new_pico_w(password="another")
    bench.passes(45 * SECOND)
    assert not bench.status["wifi"]
    assert bench.status["joins"] >= 3
    assert bench.bridge.registrations == 0
    bench.air(password="right")
    bench.until_online()
    bench.charge()
    assert_never_late(bench)


def test_dns_dead_from_the_start(new_pico_w: Pico):
    bench = new_pico_w()
    bench.router.name_server.is_dead = True
    bench.passes(30 * SECOND)
    assert len(bench.router.name_server.asked) >= 6
    assert bench.bridge.registrations == 0
    bench.router.name_server.is_dead = False
    bench.until_online()
    bench.charge()
    assert_never_late(bench)


def test_dns_dead_later_leaves_the_address_that_was_known(pico_w: NetworkBench):
    before = known(pico_w)
    pico_w.router.name_server.is_dead = True
    pico_w.router.forget()
    until_anew(pico_w, *before)
    pico_w.passes(10 * SECOND)
    assert_never_late(pico_w)


def test_broker_silent(pico_w: NetworkBench, broker: MqttBroker):
    connections, heard = pico_w.status["connections"], len(pico_w.bridge.received)
    broker.process.send_signal(signal.SIGSTOP)
    try:
        pico_w.passes(40 * SECOND)
        assert not pico_w.status["mqtt"]
        assert pico_w.status["connections"] == connections
        assert len(pico_w.bridge.received) > heard + 10, "nothing of it is felt elsewhere"
    finally:
        broker.process.send_signal(signal.SIGCONT)
    pico_w.until(lambda: pico_w.status["mqtt"], "the broker answers again")
    assert_never_late(pico_w)


def test_broker_restarted(pico_w: NetworkBench, broker: MqttBroker):
    connections = pico_w.status["connections"]
    broker.stop()
    pico_w.passes(20 * SECOND)
    assert not pico_w.status["mqtt"]
    broker.restart()
    pico_w.until(lambda: pico_w.status["connections"] > connections, "a new connection to the broker")
    assert_never_late(pico_w)


def test_half_open_tcp(pico_w: NetworkBench):
    before = known(pico_w)
    pico_w.router.forget()
    until_anew(pico_w, *before)
    assert_never_late(pico_w)


def test_bridge_moved(pico_w: NetworkBench):
    """The name's address was to count for longer than this takes."""
    registrations = pico_w.bridge.registrations
    place = pico_w.at_bridge
    pico_w.router.close_route(place)
    pico_w.passes(10 * SECOND)
    pico_w.router.route(pico_w.server.port, (ELSEWHERE, place[1]))
    pico_w.names[BRIDGE] = ELSEWHERE
    pico_w.until(lambda: pico_w.bridge.registrations > registrations, "a registration where the bridge is now")
    pico_w.until_online()
    assert pico_w.status["passes"] < (TTL_MOST_S - 50) * SECOND
    assert_never_late(pico_w)


def test_address_changed(pico_w: NetworkBench):
    """Another lease, with another name server: what was connected from the old address is dead."""
    before = known(pico_w)
    pico_w.router.move_name_server(ELSEWHERE)
    pico_w.new_lease("192.168.9.7", ELSEWHERE)
    pico_w.router.close_route(pico_w.at_bridge)
    pico_w.names[BRIDGE] = ELSEWHERE
    pico_w.router.route(pico_w.server.port, (ELSEWHERE, pico_w.at_bridge[1]))
    pico_w.router.forget()
    until_anew(pico_w, *before)
    assert pico_w.router.name_server.asked, "the one of the new lease"
    assert_never_late(pico_w)


def test_router_rebooted(pico_w: NetworkBench):
    before = known(pico_w)
    pico_w.router.go_down()
    pico_w.air(password=None)
    pico_w.passes(45 * SECOND)
    pico_w.router.come_up()
    pico_w.passes(5 * SECOND)
    pico_w.air(password="right")
    until_anew(pico_w, *before)
    assert_never_late(pico_w)


def test_12_4_days_of_ticks(new_pico_w: Pico):
    """Five times three days pass at once. After each, lines that nobody answers any more are found and dialled anew."""
    bench = new_pico_w()
    bench.until_online()
    bench.until(lambda: bench.status["ticks"] < TICKS_PERIOD // 2, "the first wrap: a board starts 10 s before it")
    for _ in range(5):
        bench.order(days=3)
        bench.passes(2 * SECOND)
        bench.until_online()
        before = known(bench)
        bench.router.forget()
        until_anew(bench, *before)
    assert_never_late(bench, charges=False)


def test_open_lines_that_are_quiet_take_no_heap(pico_w: NetworkBench):
    pico_w.until(lambda: pico_w.status["quiet_bytes"] is not None)
    assert pico_w.status["quiet_bytes"] == 0


def test_a_call_that_can_wait_is_seen(pico_w: NetworkBench):
    """What the tests above lean on: a name looked up as sockets do it."""
    assert pico_w.status["blocking"] == []
    pico_w.order(plant="getaddrinfo")
    pico_w.router.forget()
    pico_w.until(lambda: pico_w.status["blocking"], "the guard to see it")
    assert pico_w.status["blocking"] == ["getaddrinfo localhost"]
