"""Central: turns the log into sessions and money, and answers drivers and operators."""
