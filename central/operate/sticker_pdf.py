"""The sheet of stickers as PDF, for whoever prints without a browser.

Courier, which every PDF reader has and whose letters are all as wide as each other: so that a text's place is computed
and not measured. It has Western letters alone (Windows-1252); a name with others is refused, since SVG has them all.
"""

import zlib
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from central.actions.refusal import Refusal
from central.operate.sticker import (
    CODE_MM,
    CODE_TOP_MM,
    HEIGHT_MM,
    TEXTS,
    WIDTH_MM,
    Sticker,
    matrix_of,
    place_of,
    size_of,
)  # fmt: skip

POINTS_PER_MM = 72 / 25.4
LETTER_WIDTH = 0.6  # of Courier, in units of its size
ENCODING = "cp1252"
FONTS = {False: "Courier", True: "Courier-Bold"}
MARGIN_MM = 5


class _Paper(NamedTuple):
    """Turns places that are counted in mm from above into a PDF's points, which are counted from below."""

    height_mm: float

    def at(self, x_mm: float, y_mm: float) -> str:
        return f"{x_mm * POINTS_PER_MM:.3f} {(self.height_mm - y_mm) * POINTS_PER_MM:.3f}"

    def box(self, x_mm: float, y_mm: float, width_mm: float, height_mm: float) -> str:
        size = f"{width_mm * POINTS_PER_MM:.3f} {height_mm * POINTS_PER_MM:.3f}"
        return f"{self.at(x_mm, y_mm + height_mm)} {size} re"


def pdf_sheet(stickers: Sequence[Sticker]) -> bytes:
    """Of them all, two in a row. Raises Refusal."""
    width_mm, height_mm = size_of(stickers)
    paper = _Paper(height_mm)
    drawn = "\n".join(line for number, each in enumerate(stickers) for line in _drawn(paper, each, number))
    size = f"{width_mm * POINTS_PER_MM:.3f} {height_mm * POINTS_PER_MM:.3f}"
    fonts = " ".join(
        f"/F{int(bold)} << /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
        for bold, name in FONTS.items()
    )
    page = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size}] /Contents 4 0 R /Resources << /Font << {fonts} >> >> >>"
    )
    content = zlib.compress(drawn.encode("latin-1"))
    stream = f"<< /Length {len(content)} /Filter /FlateDecode >>\nstream\n".encode() + content + b"\nendstream"
    catalog, pages = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return _file([catalog, pages, page.encode(), stream])


def _drawn(paper: _Paper, sticker: Sticker, number: int) -> Iterator[str]:
    """The operators of a page's content (ISO 32000-1, 8.5 and 9.4)."""
    x, y = place_of(number)
    yield f"0.5 w {paper.box(x, y, WIDTH_MM, HEIGHT_MM)} S"
    matrix = matrix_of(sticker.url)
    module = CODE_MM / len(matrix)
    left, top = x + (WIDTH_MM - CODE_MM) / 2, y + CODE_TOP_MM
    for row, line in enumerate(matrix):
        column = 0
        for is_dark, run in groupby(line):
            length = len(list(run))
            if is_dark:
                yield f"{paper.box(left + column * module, top + row * module, length * module, module)} f"
            column += length
    for text in TEXTS:
        yield _text(paper, text.of(sticker), x + WIDTH_MM / 2, y + text.y_mm, text.size_mm, is_bold=text.is_bold)


def _text(paper: _Paper, text: str, middle_mm: float, y_mm: float, size_mm: float, *, is_bold: bool) -> str:
    """In the middle; what is long is squeezed into the sticker's width, never cut."""
    width_mm = len(text) * LETTER_WIDTH * size_mm
    squeezed = min(1.0, (WIDTH_MM - 2 * MARGIN_MM) / width_mm) if text else 1.0
    start = paper.at(middle_mm - width_mm * squeezed / 2, y_mm)
    size = size_mm * POINTS_PER_MM
    return f"BT /F{int(is_bold)} {size:.3f} Tf {squeezed * 100:.2f} Tz {start} Td <{_encoded(text).hex()}> Tj ET"


def _encoded(text: str) -> bytes:
    try:
        return text.encode(ENCODING)
    except UnicodeEncodeError as error:
        told = f"{text!r}: a PDF's own fonts lack {text[error.start]!r}; write an .svg instead, which has all letters"
        raise Refusal(400, "bad_field", told) from None


def _file(objects: Sequence[bytes]) -> bytes:
    """A whole file (ISO 32000-1, 7.5). `objects`: from the catalog on."""
    written, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), list[int]()
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + each + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    return bytes(written) + f"{end}startxref\n{len(written)}\n%%EOF\n".encode()
