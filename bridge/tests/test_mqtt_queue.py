"""What MQTT brings waits within bounds, and takes turns with everything else on the event loop."""

import asyncio
import json
import tracemalloc
from collections.abc import Callable

import paho.mqtt.client as mqtt

from bridge.counters import Counters
from bridge.decisions import Append
from bridge.lines.mqtt import MAX_WAITING, MqttTelemetry
from bridge.switchboard import until
from runtime.values import Address
from tools.testing.deadlines import DEADLINE_S

DATA: dict[str, object] = {
    "type": "charging_data", "cp_id": "cp_001", "state": "idle", "meter_id": "m1", "register_wh": 1,
    "session_energy_wh": 0, "power_w": 0, "current_ma": 0, "voltage_mv": 0, "limit_ma": 0, "limit_reason": "rated",
}  # fmt: skip


class Queue:
    """An MqttTelemetry without its broker: messages arrive as paho brings them."""

    def __init__(self) -> None:
        self.counters = Counters()
        self.taken: list[Append] = []
        self._telemetry = MqttTelemetry(Address("127.0.0.1", 1), self.taken.append, self.counters)

    def arrive(self, topic: bytes, payload: bytes) -> None:
        message = mqtt.MQTTMessage(topic=topic)
        message.payload = payload
        self._telemetry.arrived(message)

    async def settle(self, condition: Callable[[], bool]) -> None:
        await until(condition, DEADLINE_S)
        assert condition()


def test_flood_leaves_others_their_turn_and_beyond_the_bound_it_is_counted():
    async def flood() -> None:
        queue, seen = Queue(), list[int]()
        for _ in range(MAX_WAITING + 7):
            queue.arrive(b"wattline/cp_001/telemetry", json.dumps(DATA).encode())
        asyncio.get_running_loop().call_soon(lambda: seen.append(len(queue.taken)))
        await queue.settle(lambda: len(queue.taken) == MAX_WAITING)
        assert 0 < seen[0] <= 64
        assert queue.counters["mqtt_dropped"] == 7

    asyncio.run(flood())


def test_messages_of_a_megabyte_are_refused_and_not_kept():
    async def flood() -> None:
        queue = Queue()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(50):
            queue.arrive(b"wattline/cp_001/telemetry", bytes(1_000_000))
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert after - before < 2_000_000
        await queue.settle(lambda: queue.counters["mqtt_refused"] == 50)

    asyncio.run(flood())


def test_topic_that_is_no_text_is_refused():
    async def arrive() -> None:
        queue = Queue()
        queue.arrive(b"wattline/\xff/telemetry", json.dumps(DATA).encode())
        await queue.settle(lambda: queue.counters["mqtt_refused"] == 1)

    asyncio.run(arrive())
