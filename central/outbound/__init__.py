"""Readers of the log that act on the outside world, each with its own offset."""
