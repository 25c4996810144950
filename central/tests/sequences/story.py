"""A failure told: what was done, what came into the log of it, and what was found."""

from collections.abc import Sequence

from central.tests.sequences.acts import Act, words
from central.tests.sequences.history import ALL, Outcome, play

_LEFT_OUT = frozenset({"type", "message_id", "location", "currency", "tariff_version", "expires_at_ms"})
_FREQUENT = frozenset({"heartbeat", "charging_data", "driver_register"})
MOST_RECORDS = 60


def story(acts: Sequence[Act], seed: int, verdict: str, *, over_sql: bool) -> list[str]:
    outcome = play(acts, seed, over_sql=over_sql)
    lines = [f"{verdict}, after {len(acts)} acts:"]
    lines += [f"  {number + 1}. {words(ALL, act)}" for number, act in enumerate(acts)]
    lines += [f"  found: {text}" for text in outcome.found.get(verdict, ["nothing any more"])[:4]]
    return lines + _records(outcome)


def _records(outcome: Outcome) -> list[str]:
    worker = outcome.world.worker
    lines: list[str] = []
    for number, incoming in enumerate(worker.incoming):
        message = incoming.message
        is_dull = message["type"] in _FREQUENT or _is_passed(outcome, number)
        if number < outcome.world.first_records or (is_dull and number not in worker.refused):
            continue
        fields = " ".join(f"{name}={value}" for name, value in message.items() if name not in _LEFT_OUT)
        refused = worker.refused.get(number)
        why = "" if refused is None else f"  REFUSED {refused.code}"
        at_s = (incoming.at_ms - worker.incoming[0].at_ms) / 1000
        lines.append(f"    {at_s:9.1f} {message['type']} {message['message_id'][:30]} {fields}{why}")
    return lines[:MOST_RECORDS]


def _is_passed(outcome: Outcome, number: int) -> bool:
    """A checkpoint that another of the same session follows."""
    of = outcome.world.worker.incoming
    if of[number].message["type"] != "meter_checkpoint":
        return False
    session = of[number].message["session_id"]
    following = next((each for each in of[number + 1 :] if each.message.get("session_id") == session), None)
    return following is not None and following.message["type"] == "meter_checkpoint"
