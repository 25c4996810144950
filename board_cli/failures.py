"""What ends a command without being a defect of it."""


class Failure(Exception):
    """The text is one line that says what is wrong and what to do."""
