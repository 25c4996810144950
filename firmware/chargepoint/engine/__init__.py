"""The engine: switches the relay, meters, protects, runs the charge."""
