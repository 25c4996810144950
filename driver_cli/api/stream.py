"""The events of one charge: their stream, opened again whenever it breaks, until the charge has ended."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from driver_cli.api import retry, sse
from driver_cli.api.answers import Charge
from driver_cli.api.errors import BadAnswer, Passing, Refused
from driver_cli.exit_codes import ExitCode, Failure

if TYPE_CHECKING:
    from driver_cli.api.client import Api

IDLE_TIMEOUT_S = 15.0  # the API says something at least every 5 s
GIVE_UP_AFTER_S = 600.0  # without a sign of life; the charge itself does not depend on being followed


@dataclass(frozen=True)
class Changed:
    """The charge as it is now."""

    charge: Charge


@dataclass(frozen=True)
class Quiet:
    """Nothing new, but the stream lives."""


@dataclass(frozen=True)
class Trouble:
    """The stream broke; it is opened again by itself."""

    text: str


Update = Changed | Quiet | Trouble


@dataclass(frozen=True)
class ChargeStream:
    """One charge of one driver. `idle_timeout_s`: silence after which a connection counts as dead.

    `known`: the tables have it. Until then an API that was started anew does not know it, for a while.
    """

    api: "Api"
    message_id: str
    driver_id: str
    idle_timeout_s: float = IDLE_TIMEOUT_S
    known: bool = True
    give_up_after_s: float = GIVE_UP_AFTER_S

    def updates(self) -> Iterator[Update]:
        """Ends after a final state. Raises Refused, or Failure (UNAVAILABLE) after `give_up_after_s`."""
        timing = self.api.timing
        heard_s = timing.monotonic_s()
        attempt = 0
        known = self.known
        while True:
            try:
                for update in self._one_stream():
                    heard_s, attempt = timing.monotonic_s(), 0
                    yield update
                    if isinstance(update, Changed):
                        known = known or update.charge.state != "pending"
                        if update.charge.final:
                            return
                problem = Passing("ended the stream of events")
            except Passing as passing:
                problem = passing
            except Refused as refused:
                if known or refused.code != "unknown_charge":
                    raise
                problem = Passing("does not know the request yet")
            if timing.monotonic_s() - heard_s > self.give_up_after_s:
                raise self.api.unavailable(problem)
            yield Trouble(f"Wattline at {self.api.url} {problem.why}; connecting again")
            timing.sleep_s(retry.pause_s(attempt, timing.jitter(), problem.retry_after_s))
            attempt += 1

    def _one_stream(self) -> Iterator[Changed | Quiet]:
        path = f"/v1/charges/{self.message_id}/events"
        decoder = sse.Decoder()
        with self.api.stream(path, self.idle_timeout_s, driver_id=self.driver_id) as chunks:
            for chunk in chunks:
                try:
                    for event in decoder.feed(chunk):
                        yield from _update(event)
                except (sse.TooLong, BadAnswer) as error:
                    raise _unknown(str(error) or "an event of it is too long") from None


def _update(event: sse.Event | sse.Comment) -> Iterator[Changed | Quiet]:
    if isinstance(event, sse.Comment):
        yield Quiet()
    elif event.name == "charge":
        yield Changed(charge_of(event.data))


def charge_of(data: str) -> Charge:
    """Raises BadAnswer."""
    try:
        parsed: object = json.loads(data)
    except (ValueError, RecursionError):
        raise BadAnswer("an event is no JSON") from None
    if not isinstance(parsed, dict):
        raise BadAnswer("an event is no JSON object")
    return Charge.of(cast("dict[str, Any]", parsed))


def _unknown(what: str) -> Failure:
    text = f"Wattline's stream of events cannot be read ({what}); the charge is not touched by it: update wattline"
    return Failure(ExitCode.UNAVAILABLE, "bad_answer", text)
