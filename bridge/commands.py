"""What of the commands' topic goes to a board. No I/O, no clock."""

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


def command_of(record: Record, at_registration: Message) -> Command | None:
    """None where it is no command. `at_registration`: what the bridge itself has to tell a board that registered."""
    try:
        message = parse(record.value)
    except FrameError:
        return None
    if check(message) is not None or not _is_command(message, record):
        return None
    cp_id = str(message["cp_id"])
    if message["type"] != "register_response":
        return Command(cp_id, None, accepted=False, message=message)
    return Command(cp_id, str(message["link_id"]), message["accepted"] is True, message | at_registration)


def _is_command(message: Message, record: Record) -> bool:
    named_right = record.key == message.get("cp_id")
    return named_right and KINDS[str(message["type"])].topic == COMMANDS and record.headers.get(HEADER) == _COMMANDING
