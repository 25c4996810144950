"""The folds: (rows of one key, record) -> (rows, outgoing records); no I/O."""
