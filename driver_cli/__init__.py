"""The drivers' command: wattline."""
