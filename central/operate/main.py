"""`wattline-central`: the processes of Central, and the operator's commands."""

import sys
from collections.abc import Sequence

from central.operate.program import PROGRAM
from central.operate.servers import SERVERS
from runtime.ending import ended_by


def app(arguments: Sequence[str] | None = None) -> None:
    """The program `wattline-central`; ends with SystemExit. A server that is asked for by its name alone starts without
    the library of the command line, which takes as long to load as half of the server.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if len(words) == 1 and words[0] in SERVERS:
        sys.exit(ended_by(SERVERS[words[0]], PROGRAM, _text_of))
    from central.operate.command_line import cli
    from runtime.command_line import ended

    sys.exit(ended(cli, words, PROGRAM, _text_of))


def _text_of(error: Exception) -> str | None:
    from central.operate.failures import text_of  # which loads the database's library

    return text_of(error)


if __name__ == "__main__":
    app()
