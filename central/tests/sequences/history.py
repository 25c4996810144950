"""One history: acts done to a world, brought to rest, and judged."""

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from central.model.rows import Driver
from central.tests.sequences import verdicts
from central.tests.sequences.acts import Act, Table, do, drawn
from central.tests.sequences.hostile import HOSTILE
from central.tests.sequences.mishaps import MISHAPS
from central.tests.sequences.people import PEOPLE
from central.tests.sequences.quiet import probe, settle
from central.tests.sequences.refolding import OVER_SQL, REFOLDINGS, Refolding
from central.tests.sequences.sites import SITES
from central.tests.sequences.world import World

ALL: Table = {**PEOPLE, **SITES, **MISHAPS, **HOSTILE}
EVERYDAY: dict[str, Table] = {"honest": {**PEOPLE, **SITES}, "hostile": {**PEOPLE, **SITES, **HOSTILE}}
CLAIM_HELD_MS = 12 * 60_000  # claim_hold, and two minutes for the ticker and the way


@dataclass
class Outcome:
    """`found`: what each verdict found, by its name."""

    world: World
    found: dict[str, list[str]]
    acts: int

    @property
    def wh(self) -> int:
        return sum(engine.flown_wh for engine in self.world.engines)


def acts_of(suite: str, seed: int, count: int) -> list[Act]:
    return drawn(EVERYDAY[suite], MISHAPS, Random(seed), count)


def play(acts: Sequence[Act], seed: int, *, over_sql: bool = False) -> Outcome:
    """`seed`: of what is drawn to fold the log in other ways."""
    world = World()
    for act in acts:
        do(ALL, world, act)
        _note_held_claims(world)
        if world.worker.has_failed:
            break
    found: dict[str, list[str]] = {}
    if not world.worker.has_failed:
        settle(world)
    if not world.worker.has_failed:
        for name, verdict in verdicts.VERDICTS.items():
            _note(found, name, verdict(world))
        _note(found, "strangers_can_charge", verdicts.strangers_can_charge(probe(world)))
        for name, refolding in REFOLDINGS.items():
            if over_sql or name not in OVER_SQL:
                _note(found, name, _told(refolding, world, Random(seed)))
    for name, text in [*world.findings, *world.worker.findings, *world.bridge.findings]:
        _note(found, name, [text])
    return Outcome(world, found, len(acts))


def _note(found: dict[str, list[str]], name: str, texts: Iterable[str]) -> None:
    told = list(texts)
    if told:
        found.setdefault(name, []).extend(told)


def _told(refolding: Refolding, world: World, random: Random) -> list[str]:
    try:
        return list(refolding(world.worker, random))
    except Exception:  # noqa: BLE001 -- whatever a fold does wrong is what is sought
        return [traceback.format_exc(limit=-4)]


def _note_held_claims(world: World) -> None:
    """A dark charge point holds nobody for longer than claim_hold; judged while clocks and log are well."""
    worker = world.worker
    if world.mishaps & {"log_clock", "host_clock"} or world.log.is_away or worker.is_down or worker.outbox:
        return
    for (table, _), row in worker.rows.table.items():
        if table is Driver and row.claim_session_id is not None:
            dark_since_ms = worker.dark_since_ms.get(row.claim_cp_id)
            if dark_since_ms is not None and world.time.now_ms - dark_since_ms > CLAIM_HELD_MS:
                dark_s = (world.time.now_ms - dark_since_ms) // 1000
                text = f"{row.driver_id} is held by {row.claim_cp_id}, dark for {dark_s} s"
                world.findings.append(("claims_are_freed", text))
                return
