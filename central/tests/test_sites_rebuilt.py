"""Sites over the real worker: what it makes of the log, parked or folded anew, and how sites stand beside the rest."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from wire.kinds import SITE

from central.actions import sites
from central.actions.asking import Operator
from central.actions.parked import unpark
from central.actions.refusal import NotDone, Refusal
from central.fold.apply import apply
from central.model.records import Incoming, Outgoing
from central.model.rows import Rows
from central.model.terms import Terms
from central.operate.opened import operator_at
from central.store.database import Database
from central.store.tables import PARKED_KEYS, SITE_STAYS, SITES
from central.tests.parking import rows
from central.tests.site import Site
from central.tests.working import rows_of, working
from central.views.sites import read_sites, read_stays
from central.worker.read_ahead import read_ahead

NORTH = {"name": "Depot North", "address": "Hafenstr. 1, Kiel", "time_zone": "Europe/Berlin"}


@pytest.fixture
def lined(tmp_path: Path) -> Iterator[Site]:
    """A log and who speaks into it; no process."""
    site = Site(tmp_path)
    yield site
    site.close()


class Mistaken:
    """The folds, which cannot fold a site of that name until they are mended."""

    def __init__(self) -> None:
        self.mended = False

    def __call__(self, rows: Rows, incoming: Incoming, terms: Terms) -> list[Outgoing]:
        if not self.mended and incoming.message.get("name") == "no fold takes it":
            raise ZeroDivisionError("a mistake in a fold")
        return apply(rows, incoming, terms)


def at(lined: Site, database: Database) -> Operator:
    return operator_at(database, lined.log)


def test_sites_and_where_charge_points_were_come_back_from_the_log(
    database: Database, lined: Site, rebuilt: Callable[..., Database]
) -> None:
    for cp_id in ("cp_001", "cp_002"):
        lined.connect(cp_id, f"b-{cp_id}")
    with working(database, lined.log) as one:
        one.catch_up()
        sites.add_site(at(lined, database), "north", NORTH)
        sites.add_site(at(lined, database), "south", {**NORTH, "name": "South"})
        sites.put(at(lined, database), "cp_001", "north")
        sites.put(at(lined, database), "cp_001", "south")
        sites.put(at(lined, database), "cp_002", "south")
        sites.take(at(lined, database), "cp_002")
        sites.change_site(at(lined, database), "south", {"time_zone": "Europe/Madrid", "guests": True})
        sites.remove_site(at(lined, database), "north")
        one.catch_up()
        with database.reader.connect() as connection:
            (south,) = read_sites(connection)
            stays = read_stays(connection, "cp_001")
    assert (south["site_id"], south["time_zone"], south["guests"], south["charge_points"]) == (
        "south", "Europe/Madrid", True, 1,
    )  # fmt: skip
    assert [each["site_id"] for each in stays] == ["north", "south"]
    assert stays[0]["until"] == stays[1]["since"]
    assert stays[1]["until"] is None
    assert len(rows_of(database, SITES)) == 2
    assert len(rows_of(database, SITE_STAYS)) == 3
    assert rows(rebuilt(lined)) == rows(database)


def test_a_site_whose_fold_fails_is_parked_and_freed(
    database: Database, lined: Site, rebuilt: Callable[..., Database]
) -> None:
    fold = Mistaken()
    with working(database, lined.log, fold) as one:
        sites.add_site(at(lined, database), "north", NORTH)
        lined.says("site_request", "operator", site_id="north", action="set", name="no fold takes it")
        lined.says("site_request", "operator", site_id="north", action="set", guests=True)
        one.catch_up()
        sites.add_site(at(lined, database), "south", NORTH)  # the other keys go on
        assert [(row["key"], row["topic"]) for row in rows_of(database, PARKED_KEYS)] == [("north", SITE)]
        with pytest.raises(NotDone, match="ZeroDivisionError"):
            unpark(at(lined, database), "north")
        fold.mended = True
        assert unpark(at(lined, database), "north") == 2
        one.catch_up()
        (north, _) = sorted(rows_of(database, SITES), key=lambda row: row["site_id"])
    assert (north["name"], north["guests"]) == ("no fold takes it", True)
    assert rows(rebuilt(lined)) == rows(database)


def test_what_a_newer_program_says_is_taken_as_far_as_it_is_known(database: Database, lined: Site) -> None:
    told = {"type": "site_request", "message_id": "m", "v": 2, "site_id": "north", "action": "add", **NORTH}
    lined.appends(SITE, "north", json.dumps({**told, "plan": [1]}).encode(), "operator")
    lined.says("site_request", "board", site_id="south", action="add", **NORTH)  # nobody who may
    with working(database, lined.log) as one:
        one.catch_up()
        assert [row["site_id"] for row in rows_of(database, SITES)] == ["north"]


def test_two_who_add_a_site_at_once_hear_whose_it_is(database: Database, lined: Site) -> None:
    """The second was not there when this one looked."""
    with working(database, lined.log) as one:
        one.catch_up()
        first = at(lined, database)

        def late(topic: str, message: dict[str, object]) -> None:
            sites.add_site(at(lined, database), "north", {**NORTH, "name": "Other"})
            first.append(topic, message)

        with pytest.raises(Refusal, match="refused, since something had changed meanwhile"):
            sites.add_site(Operator(database, late), "north", NORTH)
        (north,) = rows_of(database, SITES)
        assert north["name"] == "Other"


def test_each_partition_of_sites_has_its_terms(database: Database, lined: Site) -> None:
    with working(database, lined.log) as one:
        one.catch_up()
    ahead = read_ahead(lined.log, {(SITE, number): 0 for number in range(lined.log.partitions(SITE))})
    assert len(ahead.first) == lined.log.partitions(SITE)
