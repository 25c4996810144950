"""Keys are parked and freed while the worker dies between any two steps: the log alone makes the same rows."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from central.fold.apply import apply
from central.store.database import Database
from central.store.tables import PARKED_KEYS
from central.tests.mortal import Death, fold_mortally
from central.tests.parking import Mistaken, free, rows, said_to, status
from central.tests.site import Site
from central.tests.working import rows_of, working
from central.worker.batch import Fold


@dataclass(frozen=True)
class Round:
    """What is said, and whether the folds have their mistake while it is folded."""

    say: Callable[[Site], None]
    mistaken: bool


def _first_mistakes(site: Site) -> None:
    for number in (1, 2, 3):
        site.connect(f"cp_00{number}", f"b{number}")
    for name in ("ada", "bob"):
        site.says("driver_register", "api", driver_id=name)
    for number, vehicle in ((1, "absent"), (2, "absent"), (3, "present"), (1, "present")):
        status(site, vehicle, number)
    site.says("charge_request", "api", driver_id="ada", cp_id="cp_003", message_id="r1", max_cost_minor=666)
    site.says("charge_request", "api", driver_id="bob", cp_id="cp_002", message_id="r2")


def _free_in_vain(site: Site) -> None:
    free(site, "cp_001")
    site.says("operator_request", "operator", cp_id="cp_001", action="price_change", price_per_kwh=0.5)


def _free_all(site: Site) -> None:
    for key, topic in (("cp_001", "ev.cp"), ("cp_002", "ev.cp"), ("ada", "ev.driver")):
        free(site, key, topic)


def _second_mistake(site: Site) -> None:
    status(site, "absent")
    site.says("operator_request", "operator", cp_id="cp_001", action="reset")


ROUNDS = (
    Round(_first_mistakes, mistaken=True),
    Round(_free_in_vain, mistaken=True),
    Round(_free_all, mistaken=False),
    Round(_second_mistake, mistaken=True),
    Round(lambda site: free(site, "cp_001"), mistaken=False),
)


def fold_rounds(database: Database, site: Site, death: Death) -> None:
    for each in ROUNDS:
        each.say(site)
        fold: Fold = Mistaken() if each.mistaken else apply
        fold_mortally(database, site.log, fold, death)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("kind", "first", "every"), [*(("sqlite", first, 4) for first in (1, 2, 3, 4)), ("postgresql", 1, 5)]
)
def test_a_worker_that_dies_anywhere_makes_the_rows_that_a_rebuild_makes(
    kind: str, first: int, every: int, new_database: Callable[[str], Database], tmp_path: Path,
    rebuilt: Callable[..., Database],
) -> None:  # fmt: skip
    """At each of these steps in turn, each time from the beginning."""
    at_step = first
    while True:
        folder = tmp_path / str(at_step)
        folder.mkdir()
        site, database, death = Site(folder), new_database(kind), Death(at_step)
        try:
            with working(database, site.log) as one:
                one.catch_up()  # so that the terms are no steps
            fold_rounds(database, site, death)
            assert not rows_of(database, PARKED_KEYS), at_step
            assert rows(rebuilt(site)) == rows(database), at_step
            services = [kind for kind in said_to(site, "cp_001") if kind.endswith("_service")]
            assert {"stop_service", "resume_service"} == set(services)
        finally:
            site.close()
        if not death.has_come:
            return
        at_step += every
