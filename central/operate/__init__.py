"""`wattline-central`: the operator's command and what it does."""
