"""A Central with insight's figures of March 2026, for its page."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, insert

from central.outbound.insight.tables import CHARGES, REQUESTS, SITES, STAYS
from central.outbound.tests.fleets import Fleet, charges_of
from central.outbound.tests.yard import BEGAN_MS, MIN_MS, Yard
from central.tests.site import Site

NAME = "Depot <b>=North</b>"


@contextmanager
def figured_at(folder: Path) -> Generator[Site]:
    """One post, at `yard` until it goes to `depot`: at `yard` a charge of 8 kWh, an attempt that failed within 10 min,
    and one turned away a day later; at `depot` a charge of 1 kWh. And six posts at `harbour`, one of which meters low.
    """
    yard = Yard(folder)
    site = yard.site
    try:
        site.says("site_request", "operator", site_id="yard", action="add", name=NAME, time_zone="Europe/Berlin")
        site.says("site_request", "operator", site_id="depot", action="add", name="Depot", time_zone="UTC")
        site.says("operator_request", "operator", cp_id="cp_001", action="site", site_id="yard")
        yard.charge(1, [(0, 1_000), (60, 9_000)])
        for number, reason, pause_min in ((2, "offline", 5), (3, "busy", 1_440)):
            yard.now_ms += pause_min * MIN_MS
            yard.release(yard.ask(number), "refused", reason)
        site.says("operator_request", "operator", cp_id="cp_001", action="site", site_id="depot")
        yard.charge(4, [(0, 9_000), (30, 10_000)])
        yard.read()
        with yard.database.writer.begin() as connection:
            _add_fleet(connection)
        site.start()
        yield site
    finally:
        yard.close()


def _add_fleet(connection: Connection) -> None:
    """Six posts at `harbour`, of which cp_002 meters 10 % low: their charges, as insight's tables hold them."""
    fleet = Fleet(gain={"cp_002": 0.9})
    connection.execute(insert(SITES), [{"site_id": "harbour", "name": "", "removed_at_ms": None}])
    stays = [{"cp_id": cp_id, "since_ms": 0, "site_id": "harbour", "until_ms": None} for cp_id in fleet.cp_ids]
    connection.execute(insert(STAYS), stays)
    for number, each in enumerate(charges_of(fleet, seed=1)):
        session = f"fleet-{number}"
        request = {"session_id": session, "driver_id": each.driver_id, "cp_id": each.cp_id, "asked_at_ms": BEGAN_MS}
        wh, ms = each.plateau
        plateau = {"plateau_wh": wh, "plateau_ms": ms, "limit_ma": each.limit_ma}
        claim = {"session_id": session, "cp_id": each.cp_id, "site_id": "harbour", "claimed_at_ms": BEGAN_MS}
        connection.execute(insert(REQUESTS), [request])
        connection.execute(insert(CHARGES), [{**claim, **plateau, "ended_at_ms": BEGAN_MS, "tickets": 1}])
