"""A picture as SVG: lines, boxes, texts, and the symbols of a circuit on a grid of 10."""

from collections.abc import Sequence
from html import escape

Point = tuple[float, float]
INK, FAINT, LIVE, PAPER = "#1b1f24", "#6b7280", "#b42318", "#ffffff"
_FONT = "DejaVu Sans, Verdana, sans-serif"


class Drawing:
    """Nothing is drawn outside `width` x `height`."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self._size = width, height
        self._title = title
        self._parts: list[str] = []

    def svg(self) -> str:
        width, height = self._size
        size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        return "\n".join((
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{_FONT}" font-size="13">',
            f"<title>{escape(self._title)}</title>",
            f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
            *self._parts,
            "</svg>",
            "",
        ))  # fmt: skip

    # --- lines, boxes, texts ---

    def line(self, *points: Point, ink: str = INK, wide: float = 1.6, dashed: bool = False) -> None:
        told = " ".join(f"{x:g},{y:g}" for x, y in points)
        dashes = ' stroke-dasharray="5 4"' if dashed else ""
        self._parts.append(f'<polyline points="{told}" fill="none" stroke="{ink}" stroke-width="{wide:g}"{dashes}/>')

    def hop(self, x: float, y: float) -> None:
        """A level wire passes over an upright one without touching it: 8 to either side of x."""
        self._parts.append(
            f'<path d="M {x - 8:g} {y:g} A 8 8 0 0 1 {x + 8:g} {y:g}" fill="none" stroke="{INK}" stroke-width="1.6"/>'
        )

    def box(self, x: float, y: float, width: float, height: float, fill: str = PAPER, dashed: bool = False) -> None:
        dashes = ' stroke-dasharray="5 4"' if dashed else ""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="3" fill="{fill}" stroke="{INK}"'
            f' stroke-width="1.4"{dashes}/>'
        )

    def text(self, x: float, y: float, says: str, at: str = "start", ink: str = INK, bold: bool = False) -> None:
        """`at`: start, middle or end."""
        weight = ' font-weight="bold"' if bold else ""
        self._parts.append(f'<text x="{x:g}" y="{y:g}" text-anchor="{at}" fill="{ink}"{weight}>{escape(says)}</text>')

    def part(self, x: float, y: float, width: float, height: float, says: Sequence[str], fill: str = PAPER) -> None:
        """A box with lines of text in its middle, the first of several bold."""
        self.box(x, y, width, height, fill)
        first_y = y + height / 2 - 8 * (len(says) - 1) + 4.5
        for number, each in enumerate(says):
            self.text(x + width / 2, first_y + 16 * number, each, "middle", bold=number == 0 < len(says) - 1)

    def dot(self, x: float, y: float) -> None:
        self._parts.append(f'<circle cx="{x:g}" cy="{y:g}" r="3" fill="{INK}"/>')

    # --- symbols: each takes 60 along its direction, wires included ---

    def resistor(self, x: float, y: float, says: str, upright: bool = False) -> None:
        if upright:
            self.line((x, y), (x, y + 15))
            self.box(x - 6, y + 15, 12, 30)
            self.line((x, y + 45), (x, y + 60))
            self.text(x + 12, y + 35, says)
        else:
            self.line((x, y), (x + 15, y))
            self.box(x + 15, y - 6, 30, 12)
            self.line((x + 45, y), (x + 60, y))
            self.text(x + 30, y - 12, says, "middle")

    def capacitor(self, x: float, y: float, says: str) -> None:
        """Upright."""
        self.line((x, y), (x, y + 26))
        self.line((x - 11, y + 26), (x + 11, y + 26), wide=2.4)
        self.line((x - 11, y + 33), (x + 11, y + 33), wide=2.4)
        self.line((x, y + 33), (x, y + 60))
        self.text(x + 16, y + 35, says)

    def diode(self, x: float, y: float, says: str) -> None:
        """Upright; it lets through what flows upwards."""
        self.line((x, y), (x, y + 60))
        self.line((x - 9, y + 38), (x + 9, y + 38), (x, y + 23), (x - 9, y + 38))
        self.line((x - 9, y + 23), (x + 9, y + 23), wide=2.4)
        self.text(x + 14, y + 35, says)

    def contact(self, x: float, y: float, says: str) -> None:
        """Upright; opens where something is wrong."""
        self.line((x, y), (x, y + 18))
        self.line((x, y + 42), (x + 5, y + 16))
        self.line((x, y + 42), (x, y + 60))
        self.text(x + 16, y + 35, says)

    def coil(self, x: float, y: float, says: str) -> None:
        """Upright."""
        self.line((x, y), (x, y + 15))
        self.box(x - 14, y + 15, 28, 30)
        self.line((x - 14, y + 45), (x + 14, y + 15))
        self.line((x, y + 45), (x, y + 60))
        self.text(x + 22, y + 35, says)

    def transistor(self, x: float, y: float, says: str) -> None:
        """An N-channel MOSFET: drain at (x, y), source 60 below, gate at (x - 40, y + 40)."""
        self.line((x, y), (x, y + 18), (x - 16, y + 18))
        self.line((x - 16, y + 12), (x - 16, y + 48), wide=2.4)
        self.line((x - 16, y + 42), (x, y + 42), (x, y + 60))
        self.line((x - 23, y + 14), (x - 23, y + 46), wide=2.4)
        self.line((x - 40, y + 40), (x - 23, y + 40))
        self.text(x + 8, y + 35, says)

    def ground(self, x: float, y: float) -> None:
        for number, half in enumerate((12, 8, 4)):
            self.line((x - half, y + 4 * number), (x + half, y + 4 * number))

    def supply(self, x: float, y: float, says: str) -> None:
        self.line((x - 12, y), (x + 12, y))
        self.text(x, y - 6, says, "middle")
