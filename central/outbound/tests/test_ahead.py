"""Months that are judged ahead: the same as judged afresh, whatever is told late, and the same after a rebuild."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.outbound.insight.ahead import Outdated, judge_ahead, judgement_ahead, outdate
from central.outbound.insight.judgement import Judgement, from_text, judge, to_text
from central.outbound.insight.lost import Lost
from central.outbound.insight.metering import Metering
from central.outbound.insight.period import Period
from central.outbound.insight.queries import sites_of
from central.outbound.insight.tables import JUDGEMENTS, OUTDATED
from central.outbound.insight.visits import FirstAttempts
from central.outbound.tests.reading import LOST_AFTER_MS, everything, judge_all, log_time_ms, reading, with_tables
from central.outbound.tests.yard import BEGAN_MS, MIN_MS, Yard
from central.store.database import Database
from central.tests.working import rows_of

DAY_MS = 86_400_000
MONTHS = [Period(f"2026-{month:02}") for month in range(1, 8)]
NOTHING = Judgement(FirstAttempts(0, 0, 0, 0), {}, {}, Lost(0, 0), ())


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    own = Yard(tmp_path / "yard")
    own.site.says("site_request", "operator", site_id="yard", action="add", name="Yard", time_zone="Europe/Berlin")
    yield own
    own.close()


def check(database: Database) -> dict[tuple[str, str], Judgement]:
    """Each month of each site that is judged, as it would be judged now. Those of which something is told."""
    now_ms, found = log_time_ms(database), dict[tuple[str, str], Judgement]()
    with database.reader.connect() as connection:
        for site in sites_of(connection):
            for period in MONTHS:
                afresh = judge(connection, site.site_id, site.zone, period, now_ms, LOST_AFTER_MS)
                ahead = judgement_ahead(connection, site.site_id, period.name, LOST_AFTER_MS)
                if ahead is None:
                    assert afresh == NOTHING or period.span(site.zone).from_ms > now_ms + DAY_MS
                    continue
                assert ahead == afresh, (site, period)
                found[site.site_id, period.name] = ahead
    return found


def test_as_text_and_back_it_is_the_same() -> None:
    metering = (Metering("cp_1", 7, 0.1 + 0.2, is_judged=True, is_low=True), Metering("cp_2", 0, None, False, False))
    judgement = Judgement(
        FirstAttempts(4, 3, 2, 1), {"failed": 2, "open": 1}, {"succeeded": 5}, Lost(2, None), metering
    )
    assert from_text(to_text(judgement)) == judgement


def test_a_history_is_judged_as_it_comes_and_a_rebuild_makes_the_same(yard: Yard, tmp_path: Path) -> None:
    """Charges, refusals, silence and moves over four months, read in pieces."""
    chance = random.Random(4)
    for number in range(60):
        yard.now_ms += chance.randrange(1, 4 * DAY_MS)
        kind = chance.choice(("charge", "charge", "refused", "silent", "moved", "unclaimed"))
        if kind == "charge":
            yard.charge(number, [(0, 1_000 * number), (30, 1_000 * number + chance.choice((50, 900)))])
        elif kind == "refused":
            yard.release(yard.ask(number), "refused", chance.choice(("busy", "offline", "price_changed")))
        elif kind == "silent":
            yard.ask(number)
        elif kind == "unclaimed":
            yard.site.says("charge_request", "api", driver_id="ada", cp_id="cp_001")
        else:
            site_id = chance.choice(("yard", ""))
            yard.site.says("operator_request", "operator", cp_id="cp_001", action="site", site_id=site_id or None)
        if chance.random() < 0.3:
            yard.read()
            check(yard.database)
    yard.read()
    assert len(check(yard.database)) > 4
    rebuilt = with_tables(f"sqlite:///{tmp_path / 'rebuilt.db'}")
    with reading(rebuilt, yard.site.log) as one:
        one.catch_up()
    assert everything(rebuilt) == everything(yard.database)
    rebuilt.dispose()


def test_what_is_told_late_of_a_month_that_is_over_is_judged_anew(yard: Yard) -> None:
    session = yard.charge(1, [(0, 1_000), (60, 1_050)])
    yard.now_ms += 90 * DAY_MS
    yard.charge(2, [(0, 2_000), (60, 9_000)])
    yard.read()
    assert check(yard.database)["", "2026-03"].first == (0, 1, 0, 0)
    assert [row["at_ms"] for row in rows_of(yard.database, JUDGEMENTS) if row["month"] == "2026-03"] == [None]
    yard.ticket(session, 2, 1_050, 9_000, BEGAN_MS)
    yard.read()
    assert check(yard.database)["", "2026-03"].first == (1, 0, 0, 0)


def test_an_attempt_that_was_given_up_and_is_heard_again_is_open(yard: Yard) -> None:
    session = yard.ask(1)
    yard.now_ms += 3 * DAY_MS
    yard.release(yard.ask(2), "refused", "busy")
    yard.site.says("charge_request", "api", driver_id="lin", cp_id="cp_001")
    yard.read()
    assert check(yard.database)["", "2026-03"].attempts["failed"] == 1
    yard.site.board_says(
        "meter_checkpoint", cp_id="cp_001", session_id=session, meter_id="m", register_wh=5, occurred_at_ms=yard.now_ms
    )
    yard.read()
    assert check(yard.database)["", "2026-03"].attempts["open"] == 2  # and that of lin, whom nobody has heard yet


def test_an_attempt_is_given_up_as_time_passes_though_nobody_speaks_of_it(yard: Yard) -> None:
    yard.ask(1)
    yard.read()
    assert check(yard.database)["", "2026-03"].attempts == {"open": 1}
    judge_all(yard.database, yard.now_ms + LOST_AFTER_MS + MIN_MS)
    (row,) = [row for row in rows_of(yard.database, JUDGEMENTS) if row["month"] == "2026-03"]
    assert from_text(row["judgement"]).attempts == {"failed": 1}


def test_under_another_setting_all_is_judged_anew(yard: Yard) -> None:
    yard.ask(1)
    yard.now_ms += 40 * DAY_MS
    yard.charge(2, [(0, 1_000), (60, 9_000)])
    yard.read()
    with yard.database.reader.connect() as connection:
        assert judgement_ahead(connection, "", "2026-03", 7) is None
    judge_all(yard.database, log_time_ms(yard.database), 7)
    assert {row["lost_after_ms"] for row in rows_of(yard.database, JUDGEMENTS)} == {7}


def test_a_pass_ends_though_more_is_told_meanwhile(yard: Yard) -> None:
    """What is told of a month that this pass has judged is left for the next one."""
    yard.charge(1, [(0, 1_000), (60, 9_000)])
    yard.now_ms += 40 * DAY_MS
    yard.charge(2, [(0, 9_000), (60, 19_000)])
    yard.read()
    steps, left = 0, list[Outdated]()
    while left or not steps:
        with yard.database.writer.begin() as connection:
            outdate(connection, "", BEGAN_MS)
            left = judge_ahead(connection, yard.now_ms, left, LOST_AFTER_MS)
        steps += 1
    assert steps == 1 + 1  # the second finds that more was told
    assert {row["site_id"]: row["since_ms"] for row in rows_of(yard.database, OUTDATED)}[""] == BEGAN_MS
    judge_all(yard.database, yard.now_ms)
    check(yard.database)
