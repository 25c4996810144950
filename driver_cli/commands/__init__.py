"""The subcommands of wattline, each in its own file."""
