"""What Central is asked over HTTP, and what it answers."""
