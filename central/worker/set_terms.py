"""The terms that are set, told to every partition whose newest are others: from there on they are in force."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from uuid import uuid4

from wire.appenders import WORKER, appended_by
from wire.frame import payload_of

from central.model import terms
from central.model.records import Message
from central.model.terms import Terms
from central.store.offsets import Position, TopicPartition
from central.worker.read_ahead import Ahead, read_ahead
from eventlog import Appended, Log, LogBusy, LogUnavailable

ACK_WITHIN_S = 10.0


class SetTerms:
    """Tells them once: two workers that are set to differ would answer each other for ever."""

    def __init__(self, log: Log, terms: Terms) -> None:
        self._log = log
        self._terms = terms
        self._is_told = False

    def settle(self, positions: Mapping[TopicPartition, Position]) -> Ahead:
        """What lies ahead of these positions. Each of them has terms then, in force or ahead. Raises LogUnavailable."""
        starts = {partition: position.next for partition, position in positions.items()}
        ahead = read_ahead(self._log, starts)
        in_force = {partition: at.terms for partition, at in positions.items() if at.terms is not None}
        newest = {**in_force, **ahead.newest}
        if not self._is_told:
            self._tell(partition for partition in positions if newest.get(partition) != self._terms)
            self._is_told = True
        # Another worker may have been first to tell them: what counts is what the log holds.
        return ahead if newest.keys() == positions.keys() else read_ahead(self._log, starts)

    def _tell(self, partitions: Iterable[TopicPartition]) -> None:
        acks = [self._append(topic, number) for topic, number in partitions]
        try:
            for ack in acks:
                ack.result(ACK_WITHIN_S)
        except TimeoutError as error:
            raise LogUnavailable(f"the log has not taken the terms within {ACK_WITHIN_S:g} s") from error

    def _append(self, topic: str, number: int) -> "Future[Appended]":
        key = f"{terms.KIND}-{number}"
        message: Message = {"type": terms.KIND, "message_id": str(uuid4()), "key": key}
        message |= terms.message_fields(self._terms)
        try:
            return self._log.append(topic, key, payload_of(message), appended_by(WORKER), partition=number)
        except LogBusy as error:
            raise LogUnavailable(str(error)) from error
