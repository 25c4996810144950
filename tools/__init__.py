"""Local services for the demo and the tests, and generators of docs; run from the repository."""
