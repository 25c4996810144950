"""A local Apache Kafka: one node, broker and controller in one, on free ports of the loopback interface."""

import base64
import subprocess
import uuid
from pathlib import Path

from kafka.errors import KafkaError

from eventlog.kafka.client import new_admin
from eventlog.port import LogUnavailable
from tools.services.kafka_jars import KafkaUnavailable, available, jars, java
from tools.services.ports import LOOPBACK, free_port, is_listening
from tools.services.process import ChildProcess
from tools.services.service import Service
from tools.testing.deadlines import DEADLINE_S

__all__ = ["KafkaBroker", "KafkaUnavailable", "available"]

# Listening after 2 to 3 s on an idle machine, 10 s under load; a restart after SIGKILL replays the log first.
START_TIMEOUT_S = 90.0
JVM_OPTIONS = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

# The cleaner takes its buffer at every start, 128 MB by default: half of the heap, for topics that nobody compacts.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers={host}:{controller_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/data
log.index.size.max.bytes=1048576
log.cleaner.dedupe.buffer.size=4194304
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""


class KafkaBroker(Service):
    """One broker. After a `kill`, its partitions take up to half a minute to be served again."""

    def __init__(self, folder: Path | None = None) -> None:
        """Brings the jars where need be. Raises KafkaUnavailable."""
        reason = available()
        program = java()
        if reason or program is None:
            raise KafkaUnavailable(reason)
        self._program = program
        self._jars = jars()
        super().__init__("kafka", folder)
        self._properties = self.folder / "server.properties"
        self.port = free_port()
        self.address = f"{LOOPBACK}:{self.port}"
        command = self._java("kafka.Kafka", str(self._properties))
        self.process = ChildProcess("kafka", command, self.folder / "kafka.log")

    def _java(self, main_class: str, *arguments: str) -> list[str]:
        return [self._program, *JVM_OPTIONS, "-cp", f"{self._jars}/*", main_class, *arguments]

    def start(self) -> None:
        """Returns once the broker answers. Raises KafkaUnavailable, ProcessEnded, TimeoutError."""
        if not self._properties.exists():
            self._format()
        self.process.start()
        self.process.wait_ready(lambda: is_listening(self.port), START_TIMEOUT_S)
        self.process.wait_ready(self._answers, START_TIMEOUT_S)

    def _format(self) -> None:
        self._properties.write_text(
            PROPERTIES.format(host=LOOPBACK, port=self.port, controller_port=free_port(), folder=self.folder)
        )
        # Kafka's own form of a random uuid; "x" keeps it from beginning with a dash, which reads as an option.
        cluster_id = "x" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
        command = self._java(
            "kafka.tools.StorageTool", "format", "--standalone", "-t", cluster_id, "-c", str(self._properties)
        )
        result = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        if result.returncode != 0:
            raise KafkaUnavailable(f"Kafka's storage could not be made:\n{(result.stdout + result.stderr)[-2000:]}")

    def _answers(self) -> bool:
        """Whether the broker is registered with its controller: it listens seconds before."""
        try:
            admin = new_admin(self.address, "wattline-services")
        except LogUnavailable:
            return False
        try:
            return any(not broker["is_fenced"] for broker in admin.describe_cluster()["brokers"])
        except KafkaError:
            return False
        finally:
            admin.close()
