"""Links, acks, commands and health checks work with a line that has no frames."""

import asyncio
import uuid
from pathlib import Path

from wire.frame import payload_of
from wire.kinds import COMMANDS, CP

from bridge.counters import Counters
from bridge.decisions import Message
from bridge.switchboard import Switchboard, until
from bridge.tests.bench import LIMITS, messages, open_log
from bridge.tests.frameless import FramelessLine
from bridge.tests.saying import register, rid
from eventlog.clock import LogClock
from eventlog.embedded.log import EmbeddedLog
from eventlog.port import Record
from tools.testing.deadlines import DEADLINE_S


def command(kind: str, **fields: object) -> Record:
    message: Message = {"type": kind, "message_id": str(uuid.uuid4()), "cp_id": "cp_001"} | fields
    return Record(COMMANDS, 0, 0, "cp_001", payload_of(message), {"by": b"worker"}, 0)


async def registered_line(switchboard: Switchboard, log: EmbeddedLog) -> tuple[FramelessLine, Message]:
    """The line, and its link_up."""
    line = FramelessLine("frameless", switchboard)
    assert switchboard.admit(line)
    line.says(register(1))
    await until(lambda: bool(messages(log, CP, "link_up")), DEADLINE_S)
    (link_up,) = messages(log, CP, "link_up")
    return line, link_up


async def converse(log: EmbeddedLog) -> None:
    switchboard = Switchboard(log, Counters(), LIMITS, LogClock())
    line, link_up = await registered_line(switchboard, log)
    assert (line.acked, line.in_flight) == ([rid(1)], 0)
    answer = command("register_response", link_id=link_up["link_id"], accepted=True, in_service=True)
    switchboard.deliver([answer, command("stop_service", seq=1)])
    assert [message["type"] for message in line.sent] == ["register_response", "stop_service"]
    await switchboard.finish(DEADLINE_S, DEADLINE_S)
    assert line.closed
    (link_down,) = messages(log, CP, "link_down")
    assert link_down["link_id"] == link_up["link_id"]


def test_line_without_frames_registers_is_acked_commanded_and_ended(tmp_path: Path):
    log = open_log(tmp_path / "log.db")
    asyncio.run(converse(log))
    log.close()
