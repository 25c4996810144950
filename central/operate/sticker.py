"""Stickers for charge points: the code that leads to the page, the name, and what to do, in each language of the pages.

One sheet of SVG in millimetres, to be printed at its own size; sticker_pdf.py draws the same as PDF. It names no price:
prices change.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import segno

COLUMNS = 2
WIDTH_MM, HEIGHT_MM, GAP_MM, CODE_MM, CODE_TOP_MM = 90, 130, 10, 70, 6
QUIET_MODULES = 4  # around the code


class Sticker(NamedTuple):
    """`url`: of the charge point's page."""

    url: str
    name: str
    cp_id: str


class Text(NamedTuple):
    """A line of a sticker, in its middle. `pattern`: with fields of a Sticker. `most`: characters that fit; more are
    squeezed into the sticker's width.
    """

    pattern: str
    y_mm: float
    size_mm: float
    most: int
    is_bold: bool = False
    family: str = ""

    def of(self, sticker: Sticker) -> str:
        return self.pattern.format(**sticker._asdict())


# What to do, said once in each language: whoever stands there reads his.
TEXTS = (
    Text("{name}", 90, 7, 20, is_bold=True),
    Text("Scan to charge", 100, 4.5, 40),
    Text("Zum Laden scannen", 106, 4.5, 40),
    Text("Escanee para cargar", 112, 4.5, 40),
    Text("{cp_id}", 121, 4, 32, family="monospace"),
    Text("{url}", 126, 2.8, 50),
)


def sheet(stickers: Sequence[Sticker]) -> str:
    """An SVG document of them all, two in a row."""
    width_mm, height_mm = size_of(stickers)
    drawn = "".join(_drawn(sticker, number) for number, sticker in enumerate(stickers))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm}mm" height="{height_mm}mm" '
        f'viewBox="0 0 {width_mm} {height_mm}" font-family="sans-serif" text-anchor="middle">'
        f'<rect width="100%" height="100%" fill="#fff"/>{drawn}</svg>\n'
    )


def size_of(stickers: Sequence[Sticker]) -> tuple[int, int]:
    """Of the sheet, in mm."""
    columns, rows = min(COLUMNS, len(stickers)), -(-len(stickers) // COLUMNS)
    return columns * (WIDTH_MM + GAP_MM) + GAP_MM, rows * (HEIGHT_MM + GAP_MM) + GAP_MM


def place_of(number: int) -> tuple[int, int]:
    """Of a sticker's upper left corner on the sheet, in mm."""
    row, column = divmod(number, COLUMNS)
    return GAP_MM + column * (WIDTH_MM + GAP_MM), GAP_MM + row * (HEIGHT_MM + GAP_MM)


def matrix_of(url: str) -> list[list[bool]]:
    """A QR code that can still be read with 15 % of it scratched (error correction M), with its quiet zone."""
    made = segno.make_qr(url, error="m")
    return [[bool(each) for each in line] for line in made.matrix_iter(border=QUIET_MODULES)]


def _drawn(sticker: Sticker, number: int) -> str:
    x, y = place_of(number)
    return (
        f'<g transform="translate({x} {y})">'
        f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" rx="4" fill="none" stroke="#000" stroke-width="0.2"/>'
        f"{_code(sticker.url)}{''.join(_text(text, text.of(sticker)) for text in TEXTS)}</g>"
    )


def _text(text: Text, told: str) -> str:
    looks = [f'x="{WIDTH_MM / 2}" y="{text.y_mm}" font-size="{text.size_mm}"']
    if text.is_bold:
        looks.append('font-weight="bold"')
    if text.family:
        looks.append(f'font-family="{text.family}"')
    if len(told) > text.most:
        looks.append(f'textLength="{WIDTH_MM - 10}" lengthAdjust="spacingAndGlyphs"')
    return f"<text {' '.join(looks)}>{escape(told)}</text>"


def _code(url: str) -> str:
    matrix = matrix_of(url)
    dark = "".join(
        f"M{x},{y}h1v1h-1z" for y, line in enumerate(matrix) for x, is_dark in enumerate(line) if is_dark
    )
    left = (WIDTH_MM - CODE_MM) / 2
    return f'<path transform="translate({left} {CODE_TOP_MM}) scale({CODE_MM / len(matrix)})" d="{dark}"/>'
