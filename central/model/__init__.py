"""What Central is about, as values: rows, states, ids, terms. Imports nothing of Central."""
