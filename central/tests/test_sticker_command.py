"""`wattline-central sticker`: a sheet whose codes lead to the charge points' pages."""

import re
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest
import segno

from central.actions.refusal import Refusal
from central.operate.sticker import Sticker, sheet
from central.operate.sticker_pdf import pdf_sheet
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


def test_a_pdf_has_the_same_code_and_texts(run: Run, shared_site: Site, tmp_path: Path) -> None:
    shared_site.wait_for(lambda: "cp_stick1" in run("list").stdout, "registered")
    file = tmp_path / "sheet.PDF"
    made = run("sticker", "cp_stick1", "--out", str(file), PUBLIC_URL=PUBLIC)
    assert made.exit_code == 0, made.stderr
    written = file.read_bytes()
    assert written.startswith(b"%PDF-1.4")
    assert written.endswith(b"%%EOF\n")
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", written), 1):
        assert written[int(place):].startswith(b"%d 0 obj" % number)
    place = int(written.rpartition(b"startxref\n")[2].split()[0])
    assert written[place:].startswith(b"xref")
    content = zlib.decompress(written.partition(b"stream\n")[2].partition(b"\nendstream")[0]).decode()
    texts = [bytes.fromhex(each).decode("cp1252") for each in re.findall(r"<([0-9a-f]*)> Tj", content)]
    assert {"cp_stick1", "Yard <1> & co", f"{PUBLIC}/p/cp_stick1", "Scan to charge"} <= set(texts)
    modules = _modules(content)
    expected = {
        (x, y) for y, line in enumerate(segno.make_qr(f"{PUBLIC}/p/cp_stick1", error="m").matrix_iter(border=0))
        for x, is_dark in enumerate(line) if is_dark
    }  # fmt: skip
    assert modules == expected


def _modules(content: str) -> set[tuple[int, int]]:
    """The dark ones, by the filled boxes of a page; counted from the upper left one."""
    boxes = [tuple(map(float, each.split())) for each in re.findall(r"^([-\d. ]+) re f$", content, re.MULTILINE)]
    side = min(height for _, _, _, height in boxes)
    left, top = min(x for x, *_ in boxes), max(y for _, y, *_ in boxes)
    return {
        (round((x - left) / side) + number, round((top - y) / side))
        for x, y, width, _ in boxes for number in range(round(width / side))
    }  # fmt: skip


def test_a_long_name_is_squeezed_and_one_in_other_letters_is_refused_for_pdf() -> None:
    (long,) = re.findall(rb"stream\n(.*)\nendstream", pdf_sheet([Sticker(PUBLIC, "Yard " * 20, "cp_1")]), re.DOTALL)
    scale, start = re.findall(r"/F1 \S+ Tf (\S+) Tz (\S+) ", zlib.decompress(long).decode())[0]
    assert float(scale) < 20
    assert float(start) == pytest.approx(15 * 72 / 25.4, abs=0.1)
    with pytest.raises(Refusal, match=r"write an \.svg"):
        pdf_sheet([Sticker(PUBLIC, "充電", "cp_1")])
