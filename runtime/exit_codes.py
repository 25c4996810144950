"""How Wattline's programs end, as a script or systemd sees it; docs/reasons.md is written from this table.

`wattline`, whose answers scripts read, has a finer table of its own.
"""

DONE_EXIT = 0
NOT_DONE_EXIT = 1
USAGE_EXIT = 2
STOPPED_EXIT = 3
SIGNAL_EXIT_BASE = 128  # a shell's exit code for "ended by signal n" is 128 + n
INTERRUPTED_EXIT = SIGNAL_EXIT_BASE + 2  # SIGINT
TERMINATED_EXIT = SIGNAL_EXIT_BASE + 15  # SIGTERM

MEANINGS = {
    DONE_EXIT: "done; of a server: it was asked to end, and did",
    NOT_DONE_EXIT: "what was asked was not done, or cannot be; the line on stderr says why",
    USAGE_EXIT: "a setting or an argument is wrong; nothing was done, and trying again does not help",
    STOPPED_EXIT: "a server will not go on, since that would spoil the books; its log says why, and a person must look",
    INTERRUPTED_EXIT: "interrupted by Ctrl-C; of a server: by a second one, while it ended",
    TERMINATED_EXIT: "a server was told by a second SIGTERM to end at once",
}
