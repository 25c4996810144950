"""`wattline-central sticker`: a sheet whose codes lead to the charge points' pages."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
import segno

from central.operate.sticker import Sticker, sheet
from central.tests.commands import Run, runner
from central.tests.site import Site

PUBLIC = "https://charge.example.org"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def run(shared_site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    for number in (1, 2, 3):
        shared_site.connect(f"cp_stick{number}", f"stick{number}", location=f"Yard <{number}> & co")
    return runner(capsys, monkeypatch, shared_site.environment)


def test_a_sheet_names_each_charge_point(run: Run, shared_site: Site, tmp_path: Path) -> None:
    shared_site.wait_for(lambda: "cp_stick3" in run("list").stdout, "registered")
    file = tmp_path / "sheet.svg"
    made = run("sticker", "cp_stick1", "cp_stick2", "cp_stick3", "--out", str(file), PUBLIC_URL=PUBLIC)
    assert made.exit_code == 0, made.stderr
    texts = [each.text for each in ElementTree.fromstring(file.read_text()).iter(f"{SVG}text")]
    for number in (1, 2, 3):
        assert {f"cp_stick{number}", f"Yard <{number}> & co", f"{PUBLIC}/p/cp_stick{number}"} <= set(texts)
    assert {"Scan to charge", "Zum Laden scannen", "Escanee para cargar"} <= set(texts)
    assert run("sticker", "cp_stick1", PUBLIC_URL=PUBLIC).stdout.startswith("<svg ")


def test_without_a_public_url_or_a_charge_point_it_says_what_is_missing(run: Run) -> None:
    unset = run("sticker", "cp_stick1")
    assert unset.exit_code == 1
    assert "PUBLIC_URL is not set" in unset.stderr
    unknown = run("sticker", "cp_nowhere", PUBLIC_URL=PUBLIC)
    assert unknown.exit_code == 1
    assert "cp_nowhere" in unknown.stderr


def test_the_code_is_the_one_of_the_address() -> None:
    url = f"{PUBLIC}/p/cp_001"
    drawn = ElementTree.fromstring(sheet([Sticker(url, "Yard", "cp_001")]))
    (path,) = drawn.iter(f"{SVG}path")
    places = {tuple(map(int, move.partition("h")[0].split(","))) for move in path.attrib["d"].split("M")[1:]}
    expected = {
        (x, y) for y, line in enumerate(segno.make_qr(url, error="m").matrix_iter(border=4))
        for x, is_dark in enumerate(line) if is_dark
    }  # fmt: skip
    assert places == expected
