"""Which topics one log may write: those of its table that exist with as many partitions as the table says."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from eventlog.port import TopicMismatch, UnknownTopic
from eventlog.topics import Topic

Fact = TypeVar("Fact", int, str)


class KnownTopics:
    """`place`: where the log lies, and `prefix`: what its topics' names begin with there, for what is said."""

    def __init__(self, topics: Sequence[Topic], place: str, prefix: str = "") -> None:
        self.table: Mapping[str, Topic] = {topic.name: topic for topic in topics}
        self._place = place
        self._prefix = prefix
        self._checked: set[str] = set()

    def writable(self, name: str, count: Callable[[str], int | None]) -> Topic:
        """`count` is asked once for each topic. Raises UnknownTopic, TopicMismatch, and what `count` raises."""
        if name not in self.table:
            raise UnknownTopic(f"{name} is not in the table of topics")
        if name not in self._checked:
            self.check({name: self.existing(name, count(name))})
        return self.table[name]

    def check(self, counts: Mapping[str, int]) -> None:
        """`counts`: the partitions of topics that exist. Raises TopicMismatch."""
        for name, count in counts.items():
            needed = self.table[name].partitions
            if count != needed:
                raise TopicMismatch(
                    f"{self._prefix}{name} has {count} partitions in {self._place}; {needed} are needed"
                )
        self._checked |= set(counts)

    def existing(self, name: str, fact: Fact | None) -> Fact:
        """`fact`: what the log says of the topic. Raises UnknownTopic where that is nothing."""
        if not fact:
            raise UnknownTopic(
                f"there is no topic {self._prefix}{name} in {self._place}; create_topics makes the topics"
            )
        return fact
