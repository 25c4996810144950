"""The bridge: forwards what boards say into the log, and commands back to the right board."""
