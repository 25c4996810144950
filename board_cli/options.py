"""Options that several commands have."""

from typing import Annotated

import typer

DEFAULT_WAIT_S = 10.0

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Port = Annotated[
    str | None,
    typer.Option("--port", metavar="PORT", help="The board's serial port; found where one is."),
]
Wait = Annotated[
    float,
    typer.Option("--wait", metavar="SECONDS", min=1, help=f"For each answer; {DEFAULT_WAIT_S:g} unless given."),
]
