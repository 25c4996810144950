"""What the operator's program is called."""

PROGRAM = "wattline-central"
