"""The monitor: registers the charge point, watches the engine, reports, reconnects."""
