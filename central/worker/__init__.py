"""The worker: reads the log, folds it, appends what the folds want said."""
