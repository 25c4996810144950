"""The operator's pages: what is wrong, whom it stops, what to do, and doing it."""
