"""Follows one charge until it has ended, and does what Ctrl-C asks for meanwhile."""

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING

from driver_cli.api import endpoints
from driver_cli.api.answers import WAITING, Charge
from driver_cli.api.errors import Refused
from driver_cli.api.stream import IDLE_TIMEOUT_S, Changed, ChargeStream, Trouble
from driver_cli.charge.display import Display
from driver_cli.charge.highest_figures import HighestFigures
from driver_cli.charge.question import Choice
from driver_cli.exit_codes import ExitCode, Failure

if TYPE_CHECKING:
    from driver_cli.api.client import Api

Ask = Callable[[], Choice]


@dataclass
class ChargeFollower:
    """`ask`: None where nobody can answer. `heard` is called with each state. `wait_s`: for the request's answer."""

    api: "Api"
    driver_id: str
    display: Display
    ask: Ask | None
    heard: Callable[[Charge], None]
    wait_s: float
    stop_asked: bool = field(default=False, init=False)
    _highest: HighestFigures = field(default_factory=HighestFigures, init=False)

    def until_final(self, charge: Charge) -> Charge:
        """Raises Failure: INTERRUPTED, TERMINATED, or UNAVAILABLE without an answer."""
        while True:
            try:
                with ending_on_signals(charge.cp_id), self.display:
                    return self._follow(charge)
            except KeyboardInterrupt:
                if self.ask is None or self.stop_asked or self.ask() is Choice.LEAVE:
                    raise left_running(charge.cp_id) from None
            try:
                charge = endpoints.stop_charge(self.api, self.driver_id, charge)
            except KeyboardInterrupt:
                raise left_running(charge.cp_id) from None
            self.stop_asked = True

    def _follow(self, charge: Charge) -> Charge:
        self._show(charge)
        if charge.final:
            return charge
        monotonic_s = self.api.timing.monotonic_s
        deadline_s = monotonic_s() + self.wait_s
        idle_timeout_s = min(IDLE_TIMEOUT_S, max(self.wait_s, 1.0)) if charge.state in WAITING else IDLE_TIMEOUT_S
        known = charge.state != "pending"
        stream = ChargeStream(self.api, charge.message_id, self.driver_id, idle_timeout_s, known=known)
        try:
            for update in stream.updates():
                if isinstance(update, Changed):
                    charge = update.charge
                    self._show(charge)
                elif isinstance(update, Trouble):
                    self.display.trouble(update.text)
                if charge.state in WAITING and monotonic_s() > deadline_s:
                    raise no_answer(charge.cp_id, self.wait_s)
                if charge.unanswered:
                    raise not_started(charge.cp_id)
        except Refused as refused:
            raise endpoints.failure_of(refused, charge.cp_id) from None
        return charge

    def _show(self, charge: Charge) -> None:
        self.display.show(self._highest.held(charge))
        self.heard(charge)


def left_running(cp_id: str) -> Failure:
    text = f"left running; `wattline charge {cp_id}` follows it again, `wattline stop {cp_id}` stops it"
    return Failure(ExitCode.INTERRUPTED, "interrupted", text)


def no_answer(cp_id: str, waited_s: float) -> Failure:
    text = (
        f"no answer to your request within {waited_s:g} s; it is kept: `wattline charge {cp_id}` takes it up again "
        "under the same id, so that nothing is charged twice"
    )
    return Failure(ExitCode.UNAVAILABLE, "no_answer", text)


def not_started(cp_id: str) -> Failure:
    text = (
        f"{cp_id} did not say whether it charges; you may charge elsewhere with `wattline list`, "
        f"`wattline stop {cp_id}` makes sure that it does not"
    )
    return Failure(ExitCode.UNAVAILABLE, "not_started", text)


@contextmanager
def ending_on_signals(cp_id: str) -> Generator[None]:
    """SIGTERM and SIGHUP raise Failure, so that the display restores the terminal."""

    def end(number: int, _frame: FrameType | None) -> None:
        text = f"ended by {signal.Signals(number).name}; the charge runs on: `wattline charge {cp_id}` follows it again"
        raise Failure(ExitCode.TERMINATED, "terminated", text)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
