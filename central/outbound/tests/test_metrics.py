"""Metrics of a real Central, and what a real Prometheus makes of them: rules, and each query of the dashboard."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from central.outbound.metrics.alerts import ALERTS
from central.outbound.metrics.exposition import Family, Sample, exposition
from central.outbound.metrics.panels import PANELS, SITE
from central.outbound.metrics.table import METRICS
from central.people.roles import AUDITOR, DRIVER, READ
from central.people.sites import set_sites
from central.store.database import open_database
from central.tests.engines import CHARGE_WH, Fleet
from central.tests.site import ROOT, Site
from tools.services.ports import LOOPBACK, free_port
from tools.services.process import ChildProcess, wait_for
from tools.system_packages import SEARCHED
from tools.testing.deadlines import DEADLINE_S

POINTS, CHARGES_EACH = 2, 3


@pytest.fixture(scope="module")
def fleet_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A Central whose posts have charged, with the insight process beside it."""
    site = Site(tmp_path_factory.mktemp("metrics"), {"PLANT_SPEED": "10000", "OUTAGE_GRACE_S": "3600"})
    insight = site.process("insight")
    try:
        site.start()
        site.start(insight)
        fleet = Fleet(site, POINTS, CHARGES_EACH, 5)
        fleet.begin()
        deadline = time.monotonic() + DEADLINE_S
        while not fleet.is_done:
            assert time.monotonic() < deadline
            fleet.step(0.05)
        fleet.close()
        yield site
    finally:
        insight.stop()
        site.close()


@pytest.fixture(scope="module")
def token(fleet_site: Site) -> str:
    return fleet_site.token("prometheus", AUDITOR, READ)


def scraped(site: Site, token: str) -> str:
    with site.client(token) as client:
        answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.text


def values(text: str) -> dict[str, float]:
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_the_figures_an_operator_watches(fleet_site: Site, token: str) -> None:
    def settled() -> dict[str, float]:
        found = values(scraped(fleet_site, token))
        energy_wh = found.get('wattline_energy_wh_total{site=""}', 0)
        lags = [value for name, value in found.items() if name.startswith("wattline_reader_lag_records")]
        is_all = energy_wh == POINTS * CHARGES_EACH * CHARGE_WH
        return found if is_all and lags and not any(lags) else {}

    found = wait_for(settled, DEADLINE_S, "all charges in the metrics")
    assert found['wattline_charge_points{status="ACTIVE"}'] == POINTS
    assert found['wattline_charges_total{site=""}'] == POINTS * CHARGES_EACH
    assert found['wattline_first_attempts{site="",result="succeeded"}'] == POINTS * CHARGES_EACH
    assert found['wattline_first_attempt_success_ratio{site=""}'] == 1
    assert found["wattline_log_open"] == 1
    assert found["wattline_unavailable_requests_total"] == 0
    assert {name.partition("{")[0] for name in found} <= {metric.name for metric in METRICS}


def test_no_driver_is_named(fleet_site: Site, token: str) -> None:
    text = scraped(fleet_site, token)
    assert "drv_" not in text


@pytest.mark.parametrize(("role", "status"), [(None, 401), (DRIVER, 403)])
def test_who_may_not_see_everything_sees_no_metrics(fleet_site: Site, role: str | None, status: int) -> None:
    shown = None if role is None else fleet_site.token("drv_nosy", role)
    with fleet_site.client(shown) as client:
        assert client.get("/metrics").status_code == status


def test_who_serves_some_sites_alone_sees_no_metrics_of_all(fleet_site: Site) -> None:
    shown = fleet_site.token("bound", AUDITOR, READ)
    people = open_database(f"sqlite:///{fleet_site.people_file}")
    with people.writer.begin() as connection:
        assert set_sites(connection, "bound", frozenset({"north"}))
    people.dispose()
    with fleet_site.client(shown) as client:
        assert client.get("/metrics").status_code == 403


def test_without_figures_there_are_still_the_books(site: Site) -> None:
    site.start()
    found = values(scraped(site, site.token("prometheus", AUDITOR, READ)))
    assert 'wattline_charge_points{status="ACTIVE"}' in found
    assert not any(name.startswith("wattline_energy") for name in found)


def test_labels_are_escaped() -> None:
    family = Family("m", "gauge", "h", ("site",), (Sample(('a"b\\c\nd',), 1.5), Sample(("",), 2)))
    assert exposition([family]) == '# HELP m h\n# TYPE m gauge\nm{site="a\\"b\\\\c\\nd"} 1.5\nm{site=""} 2\n'


# --- a real Prometheus ---


def _program(name: str, missing: Callable[[str], NoReturn]) -> str:
    found = shutil.which(name, path=SEARCHED)
    return found if found is not None else missing(f"Debian's {name}")


@pytest.fixture(scope="module")
def prometheus(
    fleet_site: Site, token: str, missing: Callable[[str], NoReturn], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """One that scrapes and judges once a second, with the rules and the settings of deploy/."""
    program = _program("prometheus", missing)
    folder = tmp_path_factory.mktemp("prometheus")
    deployed = (ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    own = deployed.replace("127.0.0.1:8080", fleet_site.api_url.removeprefix("http://")).replace(
        "scrape_interval: 30s", "scrape_interval: 1s\n  evaluation_interval: 1s"
    )
    (folder / "prometheus.yml").write_text(own, encoding="utf-8")
    (folder / "wattline.token").write_text(token, encoding="utf-8")
    shutil.copy(ROOT / "deploy" / "prometheus" / "wattline.rules.yml", folder)
    address = f"{LOOPBACK}:{free_port()}"
    command = [program, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
               f"--web.listen-address={address}"]  # fmt: skip
    process = ChildProcess("prometheus", command, folder / "prometheus.log", {}, folder)
    process.start()
    client = httpx.Client(base_url=f"http://{address}", timeout=DEADLINE_S)
    try:
        process.wait_ready(lambda: _is_up(client), DEADLINE_S)
        yield client
    finally:
        client.close()
        process.stop()


def _is_up(client: httpx.Client) -> bool:
    """Whether it has scraped more than once, so that rates can be told."""
    try:
        answer = client.get("/api/v1/query", params={"query": 'count_over_time(up{job="wattline"}[1h])'})
    except httpx.TransportError:
        return False
    if answer.status_code != 200:  # it reads its own files first
        return False
    result = answer.json().get("data", {}).get("result", [])
    return bool(result) and float(result[0]["value"][1]) >= 3


def asked(client: httpx.Client, query: str) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/query", params={"query": query}).json()
    assert answer["status"] == "success", f"{query}: {answer}"
    return answer["data"]["result"]




@pytest.mark.parametrize("title", [panel.title for panel in PANELS])
def test_it_answers_each_query_of_the_dashboard(prometheus: httpx.Client, title: str) -> None:
    board = json.loads((ROOT / "deploy" / "grafana" / "wattline.json").read_text(encoding="utf-8"))
    (panel,) = [each for each in board["panels"] if each["title"] == title]
    assert panel["targets"]
    for target in panel["targets"]:
        query = target["expr"].replace(SITE, 'site=~".*"')
        assert wait_for(lambda query=query: asked(prometheus, query), DEADLINE_S, query)


def test_it_loads_the_rules_and_none_of_them_fails(prometheus: httpx.Client) -> None:
    def judged() -> list[dict[str, Any]]:
        groups = prometheus.get("/api/v1/rules").json()["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        return rules if rules and all(rule["health"] == "ok" for rule in rules) else []

    rules = wait_for(judged, DEADLINE_S, "all rules judged")
    assert [rule["name"] for rule in rules] == [alert.name for alert in ALERTS]


def test_every_metric_in_a_query_or_an_alert_is_one_of_the_table(prometheus: httpx.Client) -> None:
    del prometheus
    names = {metric.name for metric in METRICS}
    told = [query for panel in PANELS for _, query in panel.queries] + [alert.expression for alert in ALERTS]
    for expression in told:
        words = {word for word in _words(expression) if word.startswith("wattline_")}
        assert words <= names, expression


def _words(expression: str) -> list[str]:
    return "".join(each if each.isalnum() or each == "_" else " " for each in expression).split()


def test_promtool_finds_nothing_wrong(
    fleet_site: Site, token: str, missing: Callable[[str], NoReturn], tmp_path: Path
) -> None:
    promtool = _program("promtool", missing)
    rules = ROOT / "deploy" / "prometheus" / "wattline.rules.yml"
    run = subprocess.run([promtool, "check", "rules", rules], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    text = scraped(fleet_site, token)
    run = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert run.returncode == 0, run.stdout + run.stderr
