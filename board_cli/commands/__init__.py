"""The subcommands of wattline-board, each in its own file"""
