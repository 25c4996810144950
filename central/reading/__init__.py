"""What every reader of the log does with it: knows it again, and judges whether a record may be read."""
