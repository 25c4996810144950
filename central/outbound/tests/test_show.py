"""`wattline-central insight show`: the figures of a real log, as a table, JSON and CSV."""

import csv
import io
import json
from pathlib import Path

import pytest

from central.outbound.tests.yard import BEGAN_MS, MIN_MS, Yard
from central.people.opening import make_tables
from central.people.unavailable import add
from central.store.database import open_database
from central.tests.commands import Run, runner
from central.views.csv_text import csv_text, harmless


@pytest.fixture
def show(yard: Yard, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    run = runner(capsys, monkeypatch, yard.site.environment)
    return lambda *words, **settings: run("insight", "show", *words, **settings)


def fill(yard: Yard) -> None:
    """One charge of 8 kWh in an hour, one attempt at a broken post within 10 min, one turned away a day later."""
    yard.charge(1, [(0, 1_000), (60, 9_000)])
    for number, reason, pause_min in ((2, "offline", 5), (3, "busy", 1_440)):
        yard.now_ms += pause_min * MIN_MS
        request = yard.ask(number)
        yard.release(request, "refused", reason)
    yard.read()


def test_a_month_of_a_site(yard: Yard, show: Run) -> None:
    fill(yard)
    (row,) = json.loads(show("--period", "2026-03", "--json").stdout)
    assert row["site"] == ""
    assert row["period"] == "2026-03"
    assert (row["energy_wh"], row["charges"], row["billed_minor"]) == (8_000, 1, 8_000)
    assert row["peak_w"] == 8_000
    assert row["first_attempt_success"] == 0.5
    assert (row["failed_visits"], row["turned_away"], row["own_cause"], row["first_attempts_open"]) == (1, 1, 0, 0)
    assert row["lost_minor"] == 16_000
    present_ms = 1_774_994_400_000 + 2 * 3_600_000 - BEGAN_MS  # to the end of March in UTC
    assert row["utilisation"] == pytest.approx(3_600_000 / present_ms)


def test_a_day_of_its_posts(yard: Yard, show: Run) -> None:
    fill(yard)
    (row,) = json.loads(show("--period", "2026-03-28", "--posts", "--json").stdout)
    assert row["post"] == "cp_001"
    assert row["energy_wh"] + _energy_of(show, "2026-03-29") == 8_000
    assert (row["metering_ratio"], row["metering_drivers"], row["meters_low"]) == (None, 0, False)


def _energy_of(show: Run, day: str) -> int:
    rows = json.loads(show("--period", day, "--posts", "--json").stdout)
    return sum(row["energy_wh"] for row in rows)


def test_requests_answered_503_are_shown_beside(yard: Yard, show: Run) -> None:
    fill(yard)
    people = open_database(f"sqlite:///{yard.site.people_file}")
    make_tables(people)
    with people.writer.begin() as connection:
        add(connection, BEGAN_MS, {"cp_001": 3, "cp_999": 9})
        add(connection, BEGAN_MS + 40 * 86_400_000, {"cp_001": 50})
    people.dispose()
    (row,) = json.loads(show("--period", "2026-03", "--json").stdout)
    assert row["unavailable"] == 3


def test_a_table_says_it_in_words(yard: Yard, show: Run) -> None:
    fill(yard)
    out = show("--period", "2026-03").stdout
    assert "(no site)" in out
    assert "First attempt" in out
    assert "8.0 kWh" in out
    assert "50.0 %" in out


def test_csv_has_the_same_numbers(yard: Yard, show: Run) -> None:
    fill(yard)
    rows = list(csv.DictReader(io.StringIO(show("--period", "2026-03", "--csv").stdout)))
    assert [(row["energy_wh"], row["lost_minor"]) for row in rows] == [("8000", "16000")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--period", "2026-13"), "for example 2026-11"),
        (("--period", "yesterday"), "must be a month or a day"),
        (("--site", "a/b"), "for example yard"),
        (("--json", "--csv"), "give one of them"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(show: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = show(*arguments)
    assert ran.exit_code == 2
    assert said in ran.stderr


def test_without_figures_it_says_who_makes_them(show: Run, tmp_path: Path) -> None:
    ran = show(INSIGHT_DB_PATH=str(tmp_path / "none.db"))
    assert ran.exit_code == 1
    assert "wattline-central insight" in ran.stderr


def test_a_site_that_is_not_there(yard: Yard, show: Run) -> None:
    yard.read()
    ran = show("--site", "nowhere")
    assert ran.exit_code == 1
    assert "there is no site nowhere" in ran.stderr


def test_before_the_first_post_there_is_nothing_to_show(tmp_path: Path, show: Run) -> None:
    empty = Yard(tmp_path / "empty", registered=False)
    empty.read()
    assert "no charge point has registered yet" in show(INSIGHT_DB_PATH=str(tmp_path / "empty" / "insight.db")).stdout
    empty.close()


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_would_be_a_formula_is_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    (row,) = csv.DictReader(io.StringIO(csv_text(("name",), [{"name": cell}]), newline=""))
    assert row["name"] == f"'{cell}"


def test_numbers_and_plain_text_stay_what_they_are() -> None:
    assert [harmless(cell) for cell in (-5, 1.5, "Yard = north", None)] == [-5, 1.5, "Yard = north", ""]
