"""What of the commands' topic goes to a board, and how it reads on the line. No I/O, no clock of its own."""

from dataclasses import dataclass

from wire.appenders import HEADER, WORKER
from wire.check import check
from wire.frame import FrameError, parse
from wire.kinds import COMMANDS
from wire.kinds.log import KINDS

from bridge.decisions import Message
from eventlog.port import Record

_COMMANDING = WORKER.encode()  # the folds' outbox: nobody else commands a board


@dataclass(frozen=True, slots=True)
class Command:
    """`link_id`: of the one link this answers; None for what goes to whichever line holds the charge point."""

    cp_id: str
    link_id: str | None
    accepted: bool
    message: Message


def command_of(record: Record, now_ms: int, at_registration: Message) -> Command | str:
    """The command as a board gets it, or the counter of why there is none.

    `at_registration`: what the bridge itself has to tell a board that registered.
    A board knows no absolute time before it is told: it gets the rest of the command's life, `ttl_ms`.
    """
    try:
        message = parse(record.value)
    except FrameError:
        return "commands_bad"
    if check(message) is not None or not _is_command(message, record):
        return "commands_bad"
    expires_at_ms = message.pop("expires_at_ms", None)
    if isinstance(expires_at_ms, int):
        if expires_at_ms <= now_ms:
            return "commands_expired"
        message["ttl_ms"] = expires_at_ms - now_ms
    if message["type"] != "register_response":
        return Command(str(message["cp_id"]), None, accepted=False, message=message)
    message |= {"server_time_ms": now_ms} | at_registration
    return Command(str(message["cp_id"]), str(message["link_id"]), message["accepted"] is True, message)


def _is_command(message: Message, record: Record) -> bool:
    named_right = record.key == message.get("cp_id")
    return named_right and KINDS[str(message["type"])].topic == COMMANDS and record.headers.get(HEADER) == _COMMANDING
