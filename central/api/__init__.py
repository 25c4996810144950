"""The HTTP API under /v1: reads tables, appends requests."""
