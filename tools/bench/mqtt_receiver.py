"""Counts what an MQTT broker delivers: a process of its own, so that publisher and receiver do not share a core's GIL.

    python -m tools.bench.mqtt_receiver PORT TOPIC COUNT

Prints `ready`, and after COUNT messages `received at=UNIX_SECONDS`.
"""

import sys
import threading
import time

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tools.services.ports import LOOPBACK


def main(port: int, topic: str, count: int) -> None:
    seen = 0
    all_seen = threading.Event()

    def on_message(client: Client, userdata: object, message: MQTTMessage) -> None:
        nonlocal seen
        del client, userdata, message
        seen += 1
        if seen == count:
            print(f"received at={time.time()}", flush=True)
            all_seen.set()

    def on_subscribe(*_: object) -> None:
        print("ready", flush=True)

    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = on_message
    client.on_subscribe = on_subscribe
    client.connect(LOOPBACK, port)
    client.subscribe(topic, qos=0)
    client.loop_start()
    all_seen.wait()
    client.loop_stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
