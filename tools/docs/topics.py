"""docs/topics.md: the topics of the log, from eventlog/topics.py and the table of kinds."""

from wire.appenders import STRANGERS_KINDS, appenders_of
from wire.kinds import KINDS, Kind, boards, log
from wire.kinds.says import SAYS

from central.reading.admit import OTHER_TOPICS
from eventlog.topics import DAY_MS, TOPICS, Topic
from tools.docs.markdown import table

TABLES = (boards, log)  # whose rows lie in topics; each adds them to KINDS when it is loaded

_INTRO = """# Topics of the log

*Written from `eventlog/topics.py` and `firmware/wire/kinds` by `make docs`; do not edit.*

Bridge, API and worker make the topics that are missing when they open the log, on Kafka and on the embedded log alike,
and check those that are there. A partition's records are in one order, and all records of a key lie in one partition.
The number of partitions is final: another one would move keys between partitions. All topics are stamped by the log
(`LogAppendTime`), and none is compacted. Why a record is in `ev.dead`: [reasons.md](reasons.md#dead-letters).

"""

def page() -> str:
    overview = table(("topic", "key", "partitions", "kept", "largest record", "what lies in it"), map(_row, TOPICS))
    details = "\n".join(_section(topic) for topic in TOPICS if _kinds_of(topic))
    return f"{_INTRO}{overview}\n{details}"


def _row(topic: Topic) -> tuple[str, ...]:
    keys = sorted({kind.key for kind in _kinds_of(topic)} - {"id", "key"}) or ["as it came"]
    size = f"{topic.max_record_bytes // 1024} KiB"
    return f"`{topic.name}`", ", ".join(keys), str(topic.partitions), _kept(topic), size, topic.holds


def _kept(topic: Topic) -> str:
    if topic.retention_ms is None:
        return "for ever"
    days = topic.retention_ms // DAY_MS
    return f"{days} day{'' if days == 1 else 's'}"


def _section(topic: Topic) -> str:
    kinds = _kinds_of(topic)
    return f"## {topic.name}\n\n" + table(("kind", "key", "appended by", "what it says"), map(_row_of_kind, kinds))


def _row_of_kind(kind: Kind) -> tuple[str, str, str, str]:
    return f"[{kind.name}](protocol.md#{kind.name})", f"`{kind.key}`", _appenders(kind), SAYS[kind.name]


def _kinds_of(topic: Topic) -> list[Kind]:
    here = (kind for kind in KINDS.values() if topic.name in (kind.topic, *OTHER_TOPICS.get(kind.name, ())))
    return sorted(here, key=lambda kind: kind.name)


def _appenders(kind: Kind) -> str:
    return ", ".join(sorted(appenders_of(kind)) + (["anybody"] if kind.name in STRANGERS_KINDS else []))
