"""`/ops/insight`: its figures are those of `wattline-central insight show`, operators of sites see theirs alone, and no
state of it breaks a rule of WCAG 2.2 AA.
"""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import Connection, insert

from central.outbound.insight.tables import CHARGES, REQUESTS, SITES, STAYS
from central.outbound.tests.fleets import Fleet, charges_of
from central.outbound.tests.yard import BEGAN_MS, MIN_MS, Yard
from central.people.roles import ADMIN, DRIVER, OPERATOR
from central.people.sites import set_sites
from central.tests.commands import runner
from central.tests.site import Site
from central.tests.web.axe import violations
from central.tests.web.conftest import PHONE
from tools.stack.tokens import people_at
from tools.testing.deadlines import DEADLINE_S

PATH = "/ops/insight"
MARCH = {"month": "2026-03"}
NAME = "Depot <b>=North</b>"
DESK: ViewportSize = {"width": 1200, "height": 800}


@pytest.fixture(scope="module")
def figured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One post, at `yard` until it goes to `depot`: at `yard` a charge of 8 kWh, an attempt that failed within 10 min,
    and one turned away a day later; at `depot` a charge of 1 kWh. In March 2026.
    """
    yard = Yard(tmp_path_factory.mktemp("figured") / "yard")
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


def looked(site: Site, browser: Browser, query: str, scheme: Any, size: ViewportSize) -> Page:
    context = browser.new_context(viewport=size, color_scheme=scheme, locale="en-GB", bypass_csp=True)
    context.set_default_timeout(DEADLINE_S * 1_000)
    context.add_cookies([{"name": "wattline", "value": site.token("axel", ADMIN), "url": site.api_url}])
    page = context.new_page()
    page.goto(f"{site.api_url}{PATH}{query}")
    return page


LOOKS = (("light", PHONE), ("dark", DESK))


QUERIES = ("?site=yard&month=2026-03", "?site=harbour&month=2026-03", "?site=yard", "?month=2031-01")


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_every_state_can_be_read_by_everybody(
    figured: Site, browser: Browser, query: str, scheme: str, size: ViewportSize
) -> None:
    page = looked(figured, browser, query, scheme, size)
    for each in page.locator("summary").all():
        each.click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it does not scroll sideways"
    page.context.close()


def test_a_month_is_looked_at_and_another_chosen(figured: Site, browser: Browser) -> None:
    page = looked(figured, browser, "?site=yard&month=2026-03", "light", PHONE)
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
    page = looked(figured, browser, "?site=harbour&month=2026-03", "light", PHONE)
    low = page.get_by_role("region", name="Posts to look at").get_by_role("listitem")
    expect(low).to_have_count(1)
    expect(low.get_by_role("link")).to_have_attribute("href", "/ops/posts/cp_002")
    page.context.close()


def test_where_insight_never_ran_it_says_what_to_start(unfigured: Site, browser: Browser) -> None:
    for scheme, size in LOOKS:
        page = looked(unfigured, browser, "", scheme, size)
        expect(page.get_by_text("wattline-central insight")).to_be_visible()
        assert violations(page) == []
        page.context.close()
    assert not (unfigured.folder / "insight.db").exists()
