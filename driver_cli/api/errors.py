"""What an answer of the API can be instead of what was asked for."""


class Refused(Exception):
    """The API itself said no, for good: asking again gives the same answer."""

    def __init__(self, status: int, code: str, field: str | None, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.field = field
        self.message = message


class Passing(Exception):
    """No answer, or one that may be another in a moment; `why` ends the sentence `Wattline at URL ...`."""

    def __init__(self, why: str, retry_after_s: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.retry_after_s = retry_after_s


class BadAnswer(ValueError):
    """The answer is not what the API promises; the text names the field."""
