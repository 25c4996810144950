"""Each link is told to the log as one link_up and one link_down, whatever ends it and in whatever moment."""

import asyncio
import uuid
from pathlib import Path

from wire.frame import encode, payload_of
from wire.kinds import COMMANDS, CP
from wire.seal import CRC32

from bridge.counters import Counters
from bridge.lines.framed import MAX_QUEUED, FramedLine
from bridge.lines.tcp import BOARDS
from bridge.switchboard import Switchboard, until
from bridge.tests.bench import LIMITS, messages, open_log
from eventlog.clock import LogClock
from eventlog.embedded.log import EmbeddedLog
from eventlog.port import Record
from tools.testing.deadlines import DEADLINE_S

REGISTRATION: dict[str, object] = {
    "type": "register_request", "message_id": "board.0123456789abcdef.1", "id": "cp_001", "location": "Yard 3",
    "price_per_kwh": 0.2,
}  # fmt: skip
BAD = encode({"type": "no_such_kind"}, CRC32)


class NeverRead:
    """What carries a line whose other end reads nothing: whatever is written stays."""

    line: FramedLine

    def write(self, data: bytes) -> None:
        del data
        self.line.clogged()

    def read_on(self, wanted: bool, /) -> None: ...

    def close(self) -> None: ...

    def abort(self) -> None: ...


async def refuse_on_the_last_straw(log: EmbeddedLog, counters: Counters) -> None:
    """Central's refusal is the one line too many that a board has not read."""
    switchboard = Switchboard(log, counters, LIMITS, LogClock())
    carrier = NeverRead()
    line = carrier.line = FramedLine("memory", "", BOARDS.kind, CRC32, carrier, switchboard, counters)
    assert switchboard.admit(line)
    line.receive(encode(REGISTRATION, CRC32))
    await until(lambda: bool(messages(log, CP, "link_up")), DEADLINE_S)
    (link_up,) = messages(log, CP, "link_up")
    line.receive(BAD * MAX_QUEUED)
    await until(lambda: counters["refused_unknown_type"] == MAX_QUEUED, DEADLINE_S)
    assert not line.closed
    refusal: dict[str, object] = {"type": "register_response", "message_id": str(uuid.uuid4()), "cp_id": "cp_001"}
    refusal |= {"link_id": link_up["link_id"], "accepted": False, "in_service": False}
    switchboard.deliver([Record(COMMANDS, 0, 0, "cp_001", payload_of(refusal), {"by": b"worker"}, 0)])
    assert line.closed
    await switchboard.finish(DEADLINE_S, DEADLINE_S)


def test_link_that_breaks_while_it_is_refused_ends_once(tmp_path: Path):
    log, counters = open_log(tmp_path / "log.db"), Counters()
    asyncio.run(refuse_on_the_last_straw(log, counters))
    (link_up,), (link_down,) = messages(log, CP, "link_up"), messages(log, CP, "link_down")
    assert link_down["link_id"] == link_up["link_id"]
    log.close()
