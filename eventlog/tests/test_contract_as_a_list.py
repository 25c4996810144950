"""Whatever is appended, read and sought in whatever order: a partition is a list."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventlog import Log
from tools.testing.deadlines import DEADLINE_S

APPEND = st.tuples(st.just("append"), st.integers(0, 20), st.binary(max_size=20))
READ = st.tuples(st.just("read"), st.integers(1, 7), st.just(b""))
SEEK = st.tuples(st.just("seek"), st.integers(0, 20), st.just(b""))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # the log goes on growing through the examples, as logs do
@given(steps=st.lists(st.one_of(APPEND, READ, SEEK), max_size=40))
def test_reading_is_as_reading_a_list(log: Log, steps: list[tuple[str, int, bytes]]) -> None:
    starts = {partition: log.ends("ev.driver", partition).next for partition in range(8)}
    model: dict[int, list[tuple[str | None, bytes]]] = {partition: [] for partition in range(8)}
    at = dict.fromkeys(range(8), 0)
    reader = log.reader({("ev.driver", partition): start for partition, start in starts.items()})
    for step, number, value in steps:
        if step == "append":
            partition, offset, _ = log.append("ev.driver", f"driver_{number}", value).result(DEADLINE_S)
            assert offset == starts[partition] + len(model[partition])
            model[partition].append((f"driver_{number}", value))
        elif step == "seek":
            partition = number % 8
            at[partition] = number % (len(model[partition]) + 1)
            reader.seek("ev.driver", partition, starts[partition] + at[partition])
        else:
            waits = any(at[partition] < len(model[partition]) for partition in range(8))
            records = reader.poll(number, DEADLINE_S if waits else 0.0)
            assert waits == bool(records)
            assert len(records) <= number
            for record in records:
                assert record.offset == starts[record.partition] + at[record.partition]
                assert (record.key, record.value) == model[record.partition][at[record.partition]]
                at[record.partition] += 1
    reader.close()
