"""The bridge on a real Kafka: the same words, and a broker that stands still in the middle."""

import signal
import uuid
from collections.abc import Iterator

import pytest
from wire.kinds import CP

from bridge.tests.bench import Bench, command, messages
from bridge.tests.boards import Board, Socket
from eventlog.kafka.log import KafkaLog
from tools.services.kafka import KafkaBroker


@pytest.fixture
def log(kafka_broker: KafkaBroker) -> Iterator[KafkaLog]:
    opened = KafkaLog(kafka_broker.address, "bridge-test", prefix=f"b{uuid.uuid4().hex[:8]}.")
    opened.create_topics()
    yield opened
    opened.close()


def test_board_is_acked_and_commanded_through_a_broker_that_stands_still(log: KafkaLog, kafka_broker: KafkaBroker):
    with Bench(log) as bench, Board(Socket(bench.tcp_port), "cp_001") as board:
        board.register()
        bench.accept("cp_001")
        board.wait_heard("register_response")
        kafka_broker.process.send_signal(signal.SIGSTOP)
        try:
            frames = bench.counters["frames"]
            for number in range(100):
                board.say(board.checkpoint(number))
            bench.wait_counted("frames", frames + 64)
            with pytest.raises(TimeoutError):
                board.listen(0.5)
            assert board.acked == {1}
        finally:
            kafka_broker.process.send_signal(signal.SIGCONT)
        board.wait_acked(*range(1, 102))
        assert [each["register_wh"] for each in messages(log, CP, "meter_checkpoint")] == list(range(100))
        command(log, {"type": "stop_service", "message_id": "c1", "cp_id": "cp_001", "seq": 1})
        board.wait_heard("stop_service")
    bench.wait_messages(CP, "link_down")
