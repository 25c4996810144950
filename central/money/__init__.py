"""Tariffs, prices and receipts, in integers; no I/O."""
