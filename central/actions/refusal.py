"""Why something was not done."""


class NotDone(Exception):
    """The text says what was wrong and what to do."""


class Refusal(NotDone):
    """Nothing was asked for, or it came to nothing.

    `status`, `code`: as the API answers it (central/api/codes.py has each pair). `field`: what was wrong, or None.
    """

    def __init__(self, status: int, code: str, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.field = field


class NotYet(NotDone):
    """It is in the log, so that it will be done; only, it was not within the time that one waits."""
