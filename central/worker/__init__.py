"""The worker: reads the log, folds it into the tables, appends the messages that the folds emit."""
