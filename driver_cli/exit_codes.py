"""How the command ends: the table of exit codes, and the failure that carries one."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script can tell from `$?`; MEANINGS says it in words."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    UNAVAILABLE = 3
    NOT_REGISTERED = 4
    LOCAL_STATE = 5
    DEFECT = 70
    OUTPUT = 74
    INTERRUPTED = 130
    TERMINATED = 143


MEANINGS: dict[ExitCode, str] = {
    ExitCode.OK: "done; for `charge`: the charge has ended and its receipt was shown",
    ExitCode.REFUSED: "refused, failed or not found; the line on stderr says why",
    ExitCode.USAGE: "the command line is wrong; nothing was sent",
    ExitCode.UNAVAILABLE: "Wattline is not reached or does not answer in time; run it again",
    ExitCode.NOT_REGISTERED: "no driver yet, or Wattline does not know it: `wattline register NAME`",
    ExitCode.LOCAL_STATE: "the state file on this machine cannot be read or written",
    ExitCode.DEFECT: "a defect of this program; WATTLINE_DEBUG=1 shows where",
    ExitCode.OUTPUT: "the output cannot be written: the disk is full, or its reader has gone",
    ExitCode.INTERRUPTED: "interrupted; a charge that was running goes on",
    ExitCode.TERMINATED: "told to end by SIGTERM or SIGHUP; a charge that was running goes on",
}


class Failure(Exception):
    """The command ends here. `text` is one line that says what to do next; `code` names the cause in JSON."""

    def __init__(self, exit_code: ExitCode, code: str, text: str) -> None:
        super().__init__(text)
        self.exit_code = exit_code
        self.code = code
        self.text = text
