"""`python -m driver_cli` is `wattline`."""

from driver_cli.main import app

app()
