"""What reads the log beside the worker, each with its own place in it and its own database."""
