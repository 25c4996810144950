"""The log: one small port, on Kafka or embedded in SQLite."""
