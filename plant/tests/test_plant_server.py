"""Boards' lines and the control port over real TCP, on a clock that the test moves."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from wire.frame import Decoder, encode, parse
from wire.seal import CRC32

from plant.attachment import Message, sample_window
from plant.board_server import BoardServer
from plant.charge_point import SimulatedChargePoint
from plant.control import Control
from plant.mains import Mains
from plant.profile_files import load_of
from plant.world import World
from tools.testing.deadlines import DEADLINE_S


class Rig:
    """Two charge points at their ports; `now_s` is the plant's clock."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.points = {
            name: SimulatedChargePoint(
                name, World(load_of("constant:7000", Mains()), plugged=True), 1.0, lambda: self.now_s
            )
            for name in ("cp_1", "cp_2")
        }
        self.boards = BoardServer(self.points)
        self.control = Control(self.points)
        self.ports = (0, 0)

    def run(self, seconds: float) -> None:
        """In steps as short as the process's own."""
        for _ in range(round(seconds * 20)):
            self.now_s += 0.05
            for point in self.points.values():
                point.catch_up()

    async def ask(self, request: object) -> dict[str, object]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.ports[1])
        writer.write((request if isinstance(request, bytes) else json.dumps(request).encode()) + b"\n")
        answer = json.loads(await reader.readline())
        writer.close()
        return answer


class Board:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self._decoder = Decoder(CRC32)
        self._held: list[Message] = []

    @classmethod
    async def at(cls, rig: Rig, cp_id: str = "cp_1") -> "Board":
        board = cls(*await asyncio.open_connection("127.0.0.1", rig.ports[0]))
        board.say({"type": "plant_hello", "cp_id": cp_id, "board": "b1"})
        return board

    def say(self, message: Message) -> None:
        self.writer.write(encode(message, CRC32))

    async def hear(self) -> Message | None:
        """The next message; None where the plant closed the connection."""
        while not self._held:
            chunk = await self.reader.read(4096)
            if not chunk:
                return None
            self._held += [parse(payload) for payload in self._decoder.feed(chunk)]
        return self._held.pop(0)


@asynccontextmanager
async def served() -> AsyncGenerator[Rig]:
    rig = Rig()
    boards = await asyncio.start_server(rig.boards.serve, "127.0.0.1", 0)
    control = await asyncio.start_server(rig.control.serve, "127.0.0.1", 0)
    rig.ports = (boards.sockets[0].getsockname()[1], control.sockets[0].getsockname()[1])
    try:
        async with asyncio.timeout(DEADLINE_S):
            yield rig
    finally:
        boards.close()
        control.close()
        await rig.boards.connections.end()
        await rig.control.connections.end()


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  # the world tells nobody that it changed; `served` has the deadline
        await asyncio.sleep(0.001)


def runs(test: Callable[[Rig], Awaitable[None]]) -> None:
    async def inner() -> None:
        async with served() as rig:
            await test(rig)

    asyncio.run(inner())


def test_a_line_that_breaks_opens_the_relay():
    async def test(rig: Rig) -> None:
        point = rig.points["cp_1"]
        board = await Board.at(rig)
        board.say({"type": "pins", "relay": True})
        await until(lambda: point.world.relay.coil)
        rig.run(1)
        window = await board.hear()
        assert window is not None
        assert (window["type"], window["n"], window["duration_ms"], window["vehicle"]) == (
            "sample_window", 250, 50, "present",
        )  # fmt: skip
        assert point.world.relay.contact
        board.writer.transport.abort()
        await until(lambda: point.attachment.board is None)
        rig.run(0.05)
        assert not point.world.relay.contact
        assert [edge.closed for edge in point.world.relay.edges] == [True, False]

    runs(test)


def test_a_board_that_comes_back_starts_with_floating_pins():
    async def test(rig: Rig) -> None:
        point = rig.points["cp_1"]
        first = await Board.at(rig)
        first.say({"type": "pins", "relay": True})
        await until(lambda: point.world.relay.coil)
        second = await Board.at(rig)
        await until(lambda: not point.world.relay.coil)
        assert await first.hear() is None
        second.say({"type": "pins", "relay": True})
        await until(lambda: point.world.relay.coil)
        assert point.attachment.board == "b1"

    runs(test)


def test_a_board_that_does_not_read_loses_its_line():
    async def test(rig: Rig) -> None:
        point = rig.points["cp_1"]
        board = await Board.at(rig)
        board.say({"type": "pins", "relay": True})
        await until(lambda: point.world.relay.coil)
        message = sample_window(point.world.advance(200)[0])
        for _ in range(200_000):
            if point.send is None:
                break
            point.send(message)
        assert point.send is None
        assert not point.world.relay.coil

    runs(test)


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({"type": "pins", "relay": True}, "type"), ({"type": "plant_hello", "cp_id": "cp_9", "board": "b"}, "cp_id"),
        ({"type": "plant_hello", "cp_id": "cp_1"}, "board"),
    ],
)  # fmt: skip
def test_what_is_no_hello_is_refused_and_the_line_may_try_again(message: Message, field: str):
    async def test(rig: Rig) -> None:
        board = Board(*await asyncio.open_connection("127.0.0.1", rig.ports[0]))
        board.writer.write(b"garbage\n\x00\xff*12345678\n" + b"x" * 5000 + b"\n")
        board.say(message)
        answer = await board.hear()
        assert answer is not None
        assert (answer["type"], answer["field"]) == ("error_response", field)
        assert rig.boards.refused == 1
        board.say({"type": "plant_hello", "cp_id": "cp_2", "board": "b2"})
        await until(lambda: rig.points["cp_2"].attachment.board == "b2")

    runs(test)


def test_control_shows_and_changes_the_world():
    async def test(rig: Rig) -> None:
        world = rig.points["cp_2"].world
        assert await rig.ask({"do": "unplug", "cp_id": "cp_2"}) == {"ok": True}
        assert not world.car.plugged
        assert await rig.ask({"do": "plug", "cp_id": "cp_2"}) == {"ok": True}
        assert await rig.ask({"do": "speed", "cp_id": "cp_2", "speed": 300}) == {"ok": True}
        world.pin(True)
        rig.run(12)
        world.pin(False)
        rig.run(0.1)
        assert await rig.ask({"do": "fault", "cp_id": "cp_2", "fault": "weld", "on": True}) == {"ok": True}
        state = (await rig.ask({"do": "state", "cp_id": "cp_2"}))["state"]
        assert isinstance(state, dict)
        state = cast("dict[str, Any]", state)
        assert (state["relay"], state["plugged"], state["faults"], state["speed"]) == (False, True, ["weld"], 300)
        assert state["plant_mwh"] == pytest.approx(7000 * 3600 / 3.6, rel=0.001)
        assert len(state["edges"]) == state["edge_count"] == 2
        assert state["sessions"][0]["energy_mwh"] == state["plant_mwh"]

    runs(test)


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ({"do": "state"}, "cp_id"), ({"do": "state", "cp_id": ["cp_1"]}, "cp_id"), ({"do": "explode"}, "do"),
        ({"do": "fault", "cp_id": "cp_1", "fault": "rust", "on": True}, "fault"),
        ({"do": "fault", "cp_id": "cp_1", "fault": "weld", "on": "yes"}, "on"),
        ({"do": "speed", "cp_id": "cp_1", "speed": 0}, "speed"),
        ({"do": "speed", "cp_id": "cp_1", "speed": "fast"}, "speed"),
        (b"not json", "JSON"), (b"[1]", "JSON"), (b"\xff", "JSON"), (b'{"do":"speed","speed":NaN}', "JSON"),
    ],
)  # fmt: skip
def test_a_bad_request_names_what_is_wrong(request_: object, named: str):
    async def test(rig: Rig) -> None:
        answer = await rig.ask(request_)
        assert answer["ok"] is False
        assert named in str(answer["text"])
        assert rig.points["cp_1"].speed == 1
        assert not rig.points["cp_1"].world.faults

    runs(test)


def test_a_plant_that_slept_does_not_make_up_for_it():
    rig = Rig()
    rig.points["cp_1"].world.pin(True)
    rig.now_s = 3600
    rig.points["cp_1"].catch_up()
    assert rig.points["cp_1"].world.now_ms == pytest.approx(10_000)
