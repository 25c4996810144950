"""`python -m board_cli` is `wattline-board`."""

from board_cli.main import app

app()
