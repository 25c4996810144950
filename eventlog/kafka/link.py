"""Whether a consumer's link to its brokers held. kafka-python reconnects by itself, and its poll is merely empty
meanwhile: who reads on would not notice that the broker came back with another log.
"""

import importlib
from collections.abc import Sequence
from typing import Any

_client: Any = importlib.import_module("kafka.net.compat")


NO_LEADERS = frozenset({None, -1})  # what kafka-python says of a partition that no broker serves


class Link:
    """`client` is handed to the consumer, which makes its client with it. The consumer's own thread counts the losses.

    Only brokers that lead, or led, a partition which is read count: connections to others are closed when they are
    idle.
    """

    def __init__(self) -> None:
        self._cluster: Any = None
        self._partitions: Sequence[Any] = ()
        self._down: frozenset[object] = frozenset()
        self._led: frozenset[object] = frozenset()
        self.losses = 0

    def client(self, **settings: Any) -> Any:
        client = _client.KafkaNetClient(**settings)
        manager = client._manager
        self._cluster = manager.cluster
        connect = manager.get_connection

        def get_connection(node_id: object, *arguments: Any, **options: Any) -> Any:
            known = manager._conns.get(node_id)
            connection = connect(node_id, *arguments, **options)
            if connection is not known:
                connection.init_future.add_callback(self._made, node_id)
                connection.close_future.add_both(self._lost, node_id)
            return connection

        manager.get_connection = get_connection
        return client

    def watch(self, partitions: Sequence[Any]) -> None:
        """These are read."""
        self._partitions = partitions

    def is_down(self) -> bool:
        """Whether a partition cannot be read now: it has no leader, or its leader was lost and is not back yet."""
        leaders = {self._cluster.leader_for_partition(partition) for partition in self._partitions}
        self._led |= leaders
        return not leaders.isdisjoint(self._down | NO_LEADERS)

    def topic_id(self, topic: str) -> str | None:
        """The topic's own id as the brokers told it last, and None before."""
        topic_id = self._cluster.topic_id(topic)
        return None if topic_id is None else str(topic_id)

    def _made(self, node_id: object, _told: object) -> None:
        self._down -= {node_id}

    def _lost(self, node_id: object, _told: object) -> None:
        if node_id in self._led:
            self._down |= {node_id}
            self.losses += 1
