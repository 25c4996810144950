"""The port where tests, the demo and people look into the plant and change it: a JSON object on each line.

    {"do": "state"}                                 {"ok": true, "state": {…}}
    {"do": "plug"} {"do": "unplug"}                 {"ok": true}
    {"do": "fault", "fault": "weld", "on": true}    {"ok": true}
    {"do": "speed", "speed": 300}                   {"ok": true}

`cp_id` names the charge point where the plant has more than one. An error is {"ok": false, "code", "text"}.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress

from wire.frame import Decoder, FrameError, parse

from plant.charge_point import SimulatedChargePoint
from plant.connections import Connections

_CHUNK = 4096

Request = dict[str, object]


def _state(point: SimulatedChargePoint, request: Request) -> Request:
    del request
    return {"state": point.state()}


def _plug(point: SimulatedChargePoint, request: Request) -> Request:
    del request
    point.world.car.plug()
    return {}


def _unplug(point: SimulatedChargePoint, request: Request) -> Request:
    del request
    point.world.car.unplug()
    return {}


def _fault(point: SimulatedChargePoint, request: Request) -> Request:
    on = request.get("on")
    if not isinstance(on, bool):
        raise ValueError("on: expected true or false")
    point.set_fault(str(request.get("fault")), on)
    return {}


def _speed(point: SimulatedChargePoint, request: Request) -> Request:
    speed = request.get("speed")
    if not isinstance(speed, int | float) or isinstance(speed, bool):
        raise ValueError("speed: expected a number")
    point.set_speed(speed)
    return {}


_ACTIONS: dict[str, Callable[[SimulatedChargePoint, Request], Request]] = {
    "state": _state, "plug": _plug, "unplug": _unplug, "fault": _fault, "speed": _speed,
}


class Control:
    def __init__(self, charge_points: Mapping[str, SimulatedChargePoint]) -> None:
        self._charge_points = charge_points
        self.connections = Connections()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends."""
        decoder = Decoder(None)
        with self.connections.one(writer), suppress(ConnectionError):
            while chunk := await reader.read(_CHUNK):
                for payload in decoder.feed(chunk):
                    writer.write(json.dumps(self.answer(payload)).encode() + b"\n")
                    await writer.drain()  # a client that does not read its answers is dropped

    def answer(self, payload: bytes) -> Request:
        try:
            request = parse(payload)
            action = _ACTIONS.get(str(request.get("do")))
            if action is None:
                raise ValueError(f"do: expected one of {', '.join(_ACTIONS)}")
            point = self._charge_point(request)
            point.catch_up()
            return {"ok": True, **action(point, request)}
        except FrameError as error:
            return {"ok": False, "code": error.code, "text": error.text}
        except ValueError as error:
            return {"ok": False, "code": "bad_field", "text": str(error)}

    def _charge_point(self, request: Request) -> SimulatedChargePoint:
        names = list(self._charge_points)
        cp_id = request.get("cp_id", names[0] if len(names) == 1 else None)
        if not isinstance(cp_id, str) or cp_id not in self._charge_points:
            raise ValueError(f"cp_id: expected one of {', '.join(names)}")
        return self._charge_points[cp_id]
