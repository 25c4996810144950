"""`wattline-central site` against a running worker: what it prints, what comes of it, and its one-line errors."""

import json
from typing import Any

import pytest

from central.tests.commands import Run, runner
from central.tests.site import Site

NORTH = ("--name", "Depot North", "--time-zone", "Europe/Berlin")


@pytest.fixture
def run(shared_site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capsys, monkeypatch, shared_site.environment)


def told(run: Run, *words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def connected(run: Run, site: Site, cp_id: str) -> None:
    site.connect(cp_id, f"board-{cp_id}")
    site.wait_for(lambda: cp_id in run("list").stdout, cp_id)


def test_a_site_from_its_beginning_to_its_end(run: Run, shared_site: Site) -> None:
    added = run("site", "add", "s-north", *NORTH, "--address", "Hafenstr. 1, Kiel")
    assert added == (0, "s-north: added; Depot North, Europe/Berlin, Hafenstr. 1, Kiel, no guests\n", "")
    assert "guests may charge" in run("site", "set", "s-north", "--guests").stdout
    changed = told(run, "site", "set", "s-north", "--address", "")
    assert changed == {
        "site_id": "s-north", "name": "Depot North", "address": "", "time_zone": "Europe/Berlin", "guests": True,
        "charge_points": 0,
    }  # fmt: skip
    connected(run, shared_site, "cp_north")
    assert run("site", "put", "cp_north", "s-north").stdout == "cp_north: on s-north\n"
    shown = told(run, "site", "show", "s-north")
    assert [each["cp_id"] for each in shown["charge_points"]] == ["cp_north"]
    assert told(run, "point", "cp_north")["site"] == {
        "site_id": "s-north", "name": "Depot North", "time_zone": "Europe/Berlin"
    }  # fmt: skip
    assert "Depot North" in run("point", "cp_north").stdout
    assert "Depot North" in run("list").stdout
    refused = run("site", "remove", "s-north")
    assert (refused.exit_code, "1 charge point(s) are on s-north: cp_north" in refused.stderr) == (1, True)
    assert run("site", "take", "cp_north").stdout == "cp_north: taken off s-north, on no site now\n"
    assert told(run, "point", "cp_north")["site"] is None
    assert run("site", "remove", "s-north").stdout == "s-north: removed\n"
    assert "s-north" not in {each["site_id"] for each in told(run, "site")}
    assert run("verify").stdout.strip() == "the books agree"


def test_sites_are_shown_by_the_api(run: Run, shared_site: Site) -> None:
    assert run("site", "add", "s-api", *NORTH, "--guests").exit_code == 0
    connected(run, shared_site, "cp_at_api")
    assert run("site", "put", "cp_at_api", "s-api").exit_code == 0
    with shared_site.client() as client:
        listed = {each["site_id"]: each for each in client.get("/v1/sites").json()["sites"]}
        shown = client.get("/v1/sites/s-api").json()
        assert listed["s-api"] == shown
        assert (shown["name"], shown["guests"], shown["charge_points"]) == ("Depot North", True, 1)
        (point,) = client.get("/v1/charge-points?site=s-api").json()["charge_points"]
        assert (point["cp_id"], point["site"]["name"]) == ("cp_at_api", "Depot North")
        assert client.get("/v1/charge-points?site=nowhere").json()["charge_points"] == []
        assert client.get("/v1/charge-points?site=no where").status_code == 400
        for unknown in ("nowhere", "%00", "x" * 300):
            assert client.get(f"/v1/sites/{unknown}").status_code == 404


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        (("add", "s-zone", "--name", "x", "--time-zone", "Europe/Berln"), 2, "did you mean Europe/Berlin?"),
        (("add", "s-zone", "--name", "x", "--time-zone", "+02:00"), 2, "for example Europe/Berlin"),
        (("add", "s-zone", "--name", "x"), 2, "Missing option '--time-zone'"),
        (("add", "s zone", *NORTH), 2, "must be 1 to 64"),
        (("add", "s-name", "--name", "", "--time-zone", "UTC"), 2, "must be a text of 1 to 80"),
        (("add", "s-name", "--name", "x" * 300, "--time-zone", "UTC"), 2, "must be a text of 1 to 80"),
        (("add", "s-name", "--name", "a\x1b[31mb", "--time-zone", "UTC"), 2, "printable"),
        (("add", "s-name", "--name", "a\u202eb", "--time-zone", "UTC"), 2, "printable"),
        (("add", "s-name", "--name", "a\u200fb", "--time-zone", "UTC"), 2, "printable"),
        (("add", "s-name", *NORTH, "--address", "x" * 256), 2, "must be a text of 0 to 255"),
        (("set", "s-known"), 2, "say what to change"),
        (("set", "s-nown", "--name", "x"), 1, "there is no site s-nown; did you mean s-known?"),
        (("show", "s-nown"), 1, "did you mean s-known?"),
        (("remove", "s-nown"), 1, "did you mean s-known?"),
        (("put", "cp_nobody", "s-known"), 1, "there is no charge point cp_nobody"),
        (("take", "cp_nobody"), 1, "there is no charge point cp_nobody"),
        (("add", "s-known", *NORTH), 1, "there is a site s-known already"),
    ],
)
def test_what_is_wrong_is_told_in_a_line_and_changes_nothing(
    run: Run, words: tuple[str, ...], exit_code: int, says: str
) -> None:
    run("site", "add", "s-known", "--name", "Known", "--time-zone", "UTC")
    before = {each["site_id"]: each for each in told(run, "site")}
    refused = run("site", *words)
    assert (refused.exit_code, refused.stdout) == (exit_code, "")
    assert says in " ".join(refused.stderr.replace("│", " ").split())
    after = {each["site_id"]: each for each in told(run, "site")}
    assert after["s-known"] == before["s-known"]
    assert not {"s-zone", "s-name", "s zone"} & set(after)


def test_a_charge_point_on_no_site_or_an_unknown_one(run: Run, shared_site: Site) -> None:
    connected(run, shared_site, "cp_free")
    assert "cp_free is on no site" in run("site", "take", "cp_free").stderr
    assert "there is no site s-none" in run("site", "put", "cp_free", "s-none").stderr
    assert told(run, "point", "cp_free")["site"] is None


def test_markup_in_a_name_is_text(run: Run) -> None:
    name = "[red]<b>Yard</b>[/red] :bell:"
    assert told(run, "site", "add", "s-markup", "--name", name, "--time-zone", "UTC")["name"] == name
    assert "<b>Yard</b>" in run("site").stdout
    assert ":bell:" in run("site", "show", "s-markup").stdout


def test_a_site_that_goes_under_its_charge_points_leaves_them_on_none(run: Run, shared_site: Site) -> None:
    """Somebody removed it while another put one there: no fold sees both keys, so `verify` tells of it."""
    assert run("site", "add", "s-gone", *NORTH).exit_code == 0
    connected(run, shared_site, "cp_left")
    assert run("site", "put", "cp_left", "s-gone").exit_code == 0
    shared_site.says("site_request", "api", site_id="s-gone", action="remove")
    shared_site.wait_for(lambda: told(run, "point", "cp_left")["site"] is None, "on none")
    assert "cp_left: it is on the site s-gone, which is not there" in run("verify").stdout
    assert run("site", "add", "s-other", *NORTH).exit_code == 0
    assert run("site", "put", "cp_left", "s-other").exit_code == 0
    assert run("verify").stdout.strip() == "the books agree"
