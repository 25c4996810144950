"""`/ops/insight`: its figures are those of `wattline-central insight show`, operators of sites see theirs alone, and no
state of it breaks a rule of WCAG 2.2 AA.
"""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from central.outbound.tests.yard import Yard
from central.people.roles import ADMIN, DRIVER, OPERATOR
from central.people.sites import set_sites
from central.tests.commands import runner
from central.tests.site import Site
from central.tests.web.figured import NAME, figured_at
from eventlog.clock import wall_ms
from tools.stack.tokens import people_at
from tools.testing.browsers import PHONE
from tools.testing.deadlines import DEADLINE_S

PATH = "/ops/insight"
MARCH = {"month": "2026-03"}


@pytest.fixture(scope="module")
def figured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with figured_at(tmp_path_factory.mktemp("figured") / "yard") as site:
        yield site


@pytest.fixture(scope="module")
def unfigured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Insight never ran."""
    site = Site(tmp_path_factory.mktemp("unfigured"))
    site.start()
    try:
        yield site
    finally:
        site.close()


def asked(
    site: Site, name: str, role: str = ADMIN, sites: frozenset[str] | None = None, /, **query: str
) -> httpx.Response:
    token = site.token(name, role)
    if sites is not None:
        with people_at(site.people_file) as people, people.writer.begin() as connection:
            set_sites(connection, name, sites)
    with httpx.Client(base_url=site.api_url, cookies={"wattline": token}, timeout=DEADLINE_S) as client:
        return client.get(PATH, params=query)


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("site_id", ["yard", "depot"])
def test_figures_are_those_of_the_command_line(
    figured: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, site_id: str
) -> None:
    show = runner(capsys, monkeypatch, figured.environment)
    shown = ("insight", "show", "--period", "2026-03", "--site", site_id, "--json")
    for name, words in (("figures", shown), ("posts", (*shown, "--posts"))):
        (told,) = json.loads(show(*words).stdout)
        (row,) = rows(asked(figured, "csv", site=site_id, csv=name, **MARCH))
        assert (row.pop("site"), row.pop("month")) == (told.pop("site"), told.pop("period"))
        assert row == {each: "" if value is None else str(value) for each, value in told.items()}


def test_pictures_add_up_to_the_figures(figured: Site) -> None:
    load = rows(asked(figured, "csv", site="yard", csv="load", **MARCH))
    assert len(load) == 168
    hours = {(row["weekday"], row["hour"]) for row in load if row["mean_power_w"] not in ("", "0")}
    assert hours == {("6", "23"), ("7", "0")}  # the charge began on Saturday, two minutes past eleven
    days = rows(asked(figured, "csv", site="yard", csv="days", **MARCH))
    assert sum(int(row["energy_wh"]) for row in days) == 8_000
    (attempts,) = rows(asked(figured, "csv", site="yard", csv="attempts", **MARCH))
    assert [attempts[name] for name in ("asked", "own_cause", "turned_away", "open", "failed", "succeeded")] == [
        "3", "0", "1", "0", "1", "1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sites", "site", "status"),
    [({"yard"}, "yard", 200), ({"yard"}, "depot", 404), ({"yard"}, "", 404), (set[str](), "yard", 404)],
)
def test_an_operator_sees_his_sites_alone(figured: Site, sites: set[str], site: str, status: int) -> None:
    name = f"serves-{len(sites)}-{site or 'none'}"
    answer = asked(figured, name, OPERATOR, frozenset(sites), site=site, **MARCH)
    if sites:
        assert answer.status_code == status
        assert "Depot</option>" not in answer.text
    else:
        assert "There are no figures yet" in answer.text
    assert asked(figured, "dora", DRIVER).status_code == 403


@pytest.mark.parametrize(
    "query",
    [{"month": "2026-13"}, {"month": "2026-03-28"}, {"month": "=1+1"}, {"csv": "all"}, {"year": "2026"}],
)
def test_what_cannot_be_is_refused_by_name(figured: Site, query: dict[str, str]) -> None:
    answer = asked(figured, "csv", **query)
    assert answer.status_code == 400
    assert next(iter(query)) in answer.text


def looked(site: Site, browser: Browser, query: str) -> Page:
    context = browser.new_context(viewport=PHONE, locale="en-GB")
    context.set_default_timeout(DEADLINE_S * 1_000)
    context.add_cookies([{"name": "wattline", "value": site.token("axel", ADMIN), "url": site.api_url}])
    page = context.new_page()
    page.goto(f"{site.api_url}{PATH}{query}")
    return page


def test_a_month_is_looked_at_and_another_chosen(figured: Site, browser: Browser) -> None:
    page = looked(figured, browser, "?site=yard&month=2026-03")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{NAME} · March 2026")
    expect(page.locator("#first_attempt_success")).to_contain_text("50.0")
    expect(page.locator("#peak_w")).to_contain_text("8.0")
    expect(page.get_by_text("Provisional")).to_have_count(0)
    page.get_by_label("Month").select_option(index=0)  # the one that runs
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Provisional: the month goes on.")).to_be_visible()
    expect(page.get_by_text("Nobody asked for a charge.")).to_be_visible()
    expect(page.locator("#first_attempt_success .huge")).to_have_text("–")
    page.context.close()


def test_a_post_that_meters_low_is_one_to_look_at(figured: Site, browser: Browser) -> None:
    page = looked(figured, browser, "?site=harbour&month=2026-03")
    low = page.get_by_role("region", name="Posts to look at").get_by_role("listitem")
    expect(low).to_have_count(1)
    expect(low.get_by_role("link")).to_have_attribute("href", "/ops/posts/cp_002")
    page.context.close()


def test_where_insight_never_ran_it_says_what_to_start(unfigured: Site, browser: Browser) -> None:
    page = looked(unfigured, browser, "")
    expect(page.get_by_text("wattline-central insight")).to_be_visible()
    page.context.close()
    assert not (unfigured.folder / "insight.db").exists()


def test_the_overview_says_how_many_of_today_s_visits_worked_at_the_first_attempt(tmp_path: Path) -> None:
    yard = Yard(tmp_path / "yard")
    try:
        yard.now_ms = wall_ms()
        yard.charge(1, [(0, 1_000), (0, 2_000)])
        yard.release(yard.ask(2), "refused", "offline")
        yard.read()
        yard.site.start()
        assert "; 50.0" in overview(yard.site)
    finally:
        yard.close()


def test_without_insight_the_overview_says_the_rest_of_the_day(unfigured: Site) -> None:
    assert "Today: 0 charges" in (page := overview(unfigured))
    assert "first attempt" not in page


def overview(site: Site) -> str:
    with httpx.Client(
        base_url=site.api_url, cookies={"wattline": site.token("boss", ADMIN)}, timeout=DEADLINE_S
    ) as client:
        return client.get("/ops", headers={"Accept": "text/html", "Accept-Language": "en"}).raise_for_status().text
