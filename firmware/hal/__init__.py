"""What a board gives the rules: pins, samples, time, lines."""
