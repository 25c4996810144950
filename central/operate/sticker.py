"""Stickers for charge points: the code that leads to the page, the name, and what to do, in each language of the pages.

One sheet of SVG in millimetres, to be printed at its own size. It names no price: prices change.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import segno

# What to do, said once in each language: whoever stands there reads his.
WORDS = ("Scan to charge", "Zum Laden scannen", "Escanee para cargar")
COLUMNS = 2
WIDTH_MM, HEIGHT_MM, GAP_MM, CODE_MM = 90, 130, 10, 70


class Sticker(NamedTuple):
    """`url`: of the charge point's page."""

    url: str
    name: str
    cp_id: str


def sheet(stickers: Sequence[Sticker]) -> str:
    """An SVG document of them all, two in a row."""
    columns = min(COLUMNS, len(stickers))
    rows = -(-len(stickers) // COLUMNS)
    width_mm = columns * (WIDTH_MM + GAP_MM) + GAP_MM
    height_mm = rows * (HEIGHT_MM + GAP_MM) + GAP_MM
    drawn = "".join(_drawn(sticker, *divmod(number, COLUMNS)) for number, sticker in enumerate(stickers))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm}mm" height="{height_mm}mm" '
        f'viewBox="0 0 {width_mm} {height_mm}" font-family="sans-serif" text-anchor="middle">'
        f'<rect width="100%" height="100%" fill="#fff"/>{drawn}</svg>\n'
    )


def _drawn(sticker: Sticker, row: int, column: int) -> str:
    x, y = GAP_MM + column * (WIDTH_MM + GAP_MM), GAP_MM + row * (HEIGHT_MM + GAP_MM)
    middle = WIDTH_MM / 2
    words = "".join(
        f'<text x="{middle}" y="{100 + 6 * number}" font-size="4.5">{escape(text)}</text>'
        for number, text in enumerate(WORDS)
    )
    # What is long is squeezed into the sticker's width, never cut.
    fitted = f' textLength="{WIDTH_MM - 10}" lengthAdjust="spacingAndGlyphs"'
    return (
        f'<g transform="translate({x} {y})">'
        f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" rx="4" fill="none" stroke="#000" stroke-width="0.2"/>'
        f"{_code(sticker.url)}"
        f'<text x="{middle}" y="90" font-size="7" font-weight="bold"{fitted if len(sticker.name) > 20 else ""}>'
        f"{escape(sticker.name)}</text>{words}"
        f'<text x="{middle}" y="121" font-size="4" font-family="monospace">{escape(sticker.cp_id)}</text>'
        f'<text x="{middle}" y="126" font-size="2.8"{fitted if len(sticker.url) > 50 else ""}>'
        f"{escape(sticker.url)}</text>"
        "</g>"
    )


def _code(url: str) -> str:
    """A QR code that can still be read with 15 % of it scratched (error correction M), with its quiet zone."""
    made = segno.make_qr(url, error="m")
    modules, _ = made.symbol_size(1, 4)
    lines = enumerate(made.matrix_iter(border=4))
    dark = "".join(f"M{x},{y}h1v1h-1z" for y, line in lines for x, is_dark in enumerate(line) if is_dark)
    left = (WIDTH_MM - CODE_MM) / 2
    return f'<path transform="translate({left} 6) scale({CODE_MM / modules})" d="{dark}"/>'
