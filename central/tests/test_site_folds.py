"""Sites, and which charge points are on them: what the folds make of what operators say."""

from typing import Any

import pytest
from wire.kinds import SITE

from central.model.records import Incoming
from central.model.rows import ChargingPoint
from central.model.site_rows import Site, SiteStay
from central.tests.charging import connect, connected, register
from central.tests.line_in_memory import SECOND, T0, LineInMemory

NORTH: dict[str, Any] = {"name": "Depot North", "address": "Hafenstr. 1, Kiel", "time_zone": "Europe/Berlin"}


def says(line: LineInMemory, action: str, site_id: str = "north", by: str = "operator", **fields: Any) -> None:
    line.says("site_request", by, site_id=site_id, action=action, **fields)


def puts(line: LineInMemory, site_id: str | None, cp: str = "cp_001") -> None:
    told = {} if site_id is None else {"site_id": site_id}
    line.says("operator_request", "operator", cp_id=cp, action="site", **told)


def site(line: LineInMemory, site_id: str = "north") -> Site:
    return line.rows.one(Site, site_id)


def stays(line: LineInMemory) -> list[tuple[str, int, int | None]]:
    """Seconds since the beginning."""
    return [
        (row.site_id, (row.since_ms - T0) // SECOND, None if row.until_ms is None else (row.until_ms - T0) // SECOND)
        for row in line.rows.all(SiteStay)
    ]


def test_a_site_is_added_changed_and_removed() -> None:
    line = LineInMemory()
    says(line, "add", **NORTH)
    assert site(line) == Site("north", **NORTH, guests=False, added_at_ms=T0)
    line.tick(SECOND)
    says(line, "set", guests=True, address="")
    assert site(line) == Site("north", NORTH["name"], "", NORTH["time_zone"], True, T0)
    line.tick(SECOND)
    says(line, "remove")
    assert site(line).removed_at_ms == T0 + 2 * SECOND
    assert not line.dead


def test_a_site_that_was_removed_is_added_as_a_new_one() -> None:
    line = LineInMemory()
    says(line, "add", **NORTH, guests=True)
    says(line, "remove")
    line.tick(SECOND)
    says(line, "add", name="Depot", time_zone="UTC", by="api")
    assert site(line) == Site("north", "Depot", "", "UTC", False, T0 + SECOND)


Said = tuple[str, dict[str, Any]]  # an action and its fields
SENSELESS: list[tuple[list[Said], str, dict[str, Any], str]] = [
    ([], "set", {"name": "x"}, "unknown_site"),
    ([], "remove", {}, "unknown_site"),
    ([], "add", {"name": "x"}, "missing_field"),
    ([], "add", {"time_zone": "UTC"}, "missing_field"),
    ([("add", NORTH)], "add", NORTH, "site_taken"),
    ([("add", NORTH), ("remove", {})], "set", {"name": "x"}, "unknown_site"),
    ([("add", NORTH), ("remove", {})], "remove", {}, "unknown_site"),
]


@pytest.mark.parametrize(("before", "action", "fields", "code"), SENSELESS)
def test_what_makes_no_sense_changes_nothing(
    before: list[Said], action: str, fields: dict[str, Any], code: str
) -> None:
    line = LineInMemory()
    for each, told in before:
        says(line, each, **told)
    rows = line.rows.all(Site)
    says(line, action, **fields)
    assert line.dead_codes() == [code]
    assert line.rows.all(Site) == rows


def test_two_who_change_different_things_at_once_both_have_their_way() -> None:
    line = LineInMemory()
    says(line, "add", **NORTH)
    says(line, "set", name="Nordhof", by="api")
    says(line, "set", time_zone="Europe/Vienna")
    assert (site(line).name, site(line).time_zone) == ("Nordhof", "Europe/Vienna")


def test_of_two_who_add_one_site_at_once_the_first_counts() -> None:
    line = LineInMemory()
    says(line, "add", **NORTH)
    says(line, "add", name="Other", time_zone="UTC", by="api")
    assert (site(line).name, line.dead_codes()) == (NORTH["name"], ["site_taken"])


def test_where_a_charge_point_was_stays_known() -> None:
    line = connected()
    line.tick(10 * SECOND)
    puts(line, "north")
    line.tick(10 * SECOND)
    puts(line, "north")  # says nothing new
    puts(line, "south")
    line.tick(10 * SECOND)
    puts(line, None)
    line.tick(10 * SECOND)
    puts(line, "north")
    assert stays(line) == [("north", 10, 20), ("south", 20, 30), ("north", 40, None)]
    assert line.point().site_id == "north"


def test_a_charge_point_that_was_removed_is_on_no_site_when_it_comes_back() -> None:
    line = connected()
    puts(line, "north")
    line.tick(10 * SECOND)
    line.says("operator_request", "operator", cp_id="cp_001", action="remove")
    assert (line.point().site_id, stays(line)) == (None, [("north", 0, 10)])
    puts(line, "south")  # by somebody who has not heard of it
    assert line.dead_codes() == ["bad_state"]
    assert (line.point().site_id, stays(line)) == (None, [("north", 0, 10)])
    register(line)
    assert (line.point().removed_at_ms, line.point().site_id) == (None, None)
    puts(line, "south")
    assert stays(line) == [("north", 0, 10), ("south", 10, None)]


def test_registering_again_moves_nobody() -> None:
    line = connected()
    puts(line, "north")
    register(line)
    assert line.point().site_id == "north"


def test_each_charge_point_is_put_alone() -> None:
    line = connected()
    connect(line, "cp_002", "mon2", "link2")
    puts(line, "north")
    assert [row.site_id for row in line.rows.all(ChargingPoint)] == ["north", None]


def test_an_unknown_charge_point_is_put_nowhere() -> None:
    line = LineInMemory()
    puts(line, "north")
    assert line.dead_codes() == ["unknown_charge_point"]


def test_a_site_a_driver_and_a_charge_point_may_share_a_name() -> None:
    line = connected()
    line.says("driver_register", "api", driver_id="cp_001")
    says(line, "add", "cp_001", **NORTH)
    assert (site(line, "cp_001").name, line.point().site_id) == (NORTH["name"], None)
    assert not line.dead


def test_what_a_newer_program_says_beside_it_is_kept_in_the_log_and_ignored() -> None:
    line = LineInMemory()
    says(line, "add", **NORTH, plan="a picture", v=2)
    assert site(line).name == NORTH["name"]


def test_a_request_that_is_said_twice_counts_once() -> None:
    line = LineInMemory()
    says(line, "add", **NORTH)
    line.append([line.log[-1]])
    assert not line.dead


def test_a_parked_site_is_freed_and_nothing_follows() -> None:
    line = LineInMemory()
    says(line, "add", **NORTH)
    message = {"type": "key_unparked", "message_id": "u", "key": "north"}
    line.append([Incoming(SITE, "north", message, T0, "operator")])
    assert not line.commands
    assert not line.dead
