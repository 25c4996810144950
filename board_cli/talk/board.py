"""A board at its port: asked through its firmware where that runs, at its prompt where it does not."""

import time
from contextlib import closing
from typing import Any

from board_cli.failures import Failure
from board_cli.talk import facts
from board_cli.talk.ports import Found
from board_cli.talk.prompt import NoPrompt, Prompt
from board_cli.talk.service import Message, ServiceLine

TOLD_WITHIN_S = 5.0  # how long a board that goes into maintenance waits for acks: chargepoint/delivery/maintenance.py
TRY_S = 2.0
PAUSE_S = 0.2
ENTRIES_MOST = 200  # more than a board keeps


class Board:
    """`wait_s`: how long to wait for each of its answers."""

    def __init__(self, found: Found, wait_s: float) -> None:
        self.found = found
        self.wait_s = wait_s

    def status(self, wait_s: float | None = None) -> Message | None:
        """What its firmware says; None where none answers."""
        with closing(ServiceLine(self.found)) as line:
            return line.ask("status_request", "status_response", self.wait_s if wait_s is None else wait_s)

    def entries(self, of: str) -> list[Message]:
        """Of its log: `events` since it started, or messages that are `unacked`. Raises Failure where none answers."""
        found: list[Message] = []
        with closing(ServiceLine(self.found)) as line:
            while len(found) < ENTRIES_MOST:
                after = found[-1]["n"] if found else 0
                entry = line.ask("log_request", "log_response", self.wait_s, of=of, after=after)
                if entry is None:
                    raise Failure(f"{self.found.device}: no firmware answers there; `wattline-board status` says more")
                if "n" not in entry:
                    break
                found.append(entry)
        return found

    def prompt(self) -> Prompt:
        """Of a board that does not run its firmware. Raises Failure."""
        try:
            return Prompt(self.found.device, self.wait_s)
        except NoPrompt as error:
            raise Failure(
                f"{error}; no firmware of Wattline answers there either: is it a board with MicroPython? "
                "`wattline-board install` brings it"
            ) from None

    def maintain(self, runs: bool) -> tuple[Prompt, bool]:
        """The prompt of a board that no watchdog watches, and whether its flag was raised for that.

        `runs`: whether its firmware answers. Raises Failure.
        """
        if runs:
            with closing(ServiceLine(self.found)) as line:
                line.ask("maintenance_request", "status_response", self.wait_s)
            return self._await_prompt(), True
        prompt = self.prompt()
        folder = facts.state_dir_of(facts.config_of(prompt))
        state = facts.state_of(prompt, folder)
        if state.flag or not state.has_main:
            return prompt, False
        # Its firmware may have run until it was interrupted just now, and then the watchdog is about to strike.
        facts.set_flag(prompt, folder, True)
        prompt.reset()
        return self._await_prompt(), True

    def await_status(self) -> Message | None:
        """Of a board that has just been started; None where none answers in time."""
        deadline = time.monotonic() + 2 * self.wait_s
        while True:
            left_s = deadline - time.monotonic()
            try:
                return self.status(max(left_s, TRY_S))
            except Failure:  # its port is not back yet
                if left_s < 0:
                    return None
                time.sleep(PAUSE_S)

    def _await_prompt(self) -> Prompt:
        """Of a board that starts anew with its flag up; its port may go and come back."""
        deadline = time.monotonic() + TOLD_WITHIN_S + 2 * self.wait_s
        why: Any = None
        while time.monotonic() < deadline:
            try:
                return Prompt(self.found.device, self.wait_s, TRY_S)
            except NoPrompt as error:
                why = error
                time.sleep(PAUSE_S)
        raise Failure(f"the board did not go into maintenance: {why}; press its reset, and run this again")
