"""Central's tables, their migrations and their one writer."""
