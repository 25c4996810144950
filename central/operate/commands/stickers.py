"""Stickers: what is put on charge points, so that drivers find their pages."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from central.operate.options import Command, PointIds
from central.operate.settings_in_force import config_in_force
from central.settings import PUBLIC_URL

TITLE = "Stickers"

_OUT: Any = typer.Option("--out", metavar="FILE", help="Where the sheet is written; without it, to stdout.")
_PDF: Any = typer.Option("--pdf", help="As PDF; so is what is written to a FILE that ends in .pdf.")


def sticker(
    cp_ids: PointIds, out: Annotated[Path | None, _OUT] = None, pdf: Annotated[bool, _PDF] = False
) -> None:
    """Draw stickers for charge points, as one sheet of SVG or PDF that can be printed: each has the code of its page,
    at PUBLIC_URL, and its name. It names no price: prices change.
    """
    from central.actions.points import check_known
    from central.actions.refusal import Refusal
    from central.operate.opened import opened_database
    from central.operate.sticker import Sticker, sheet
    from central.operate.sticker_pdf import pdf_sheet
    from central.views.queries import list_points

    config = config_in_force()
    public = config[PUBLIC_URL]
    if public is None:
        text = "PUBLIC_URL is not set: it is what the code leads to, such as PUBLIC_URL=https://charge.example.org"
        raise Refusal(400, "missing_field", text)
    with opened_database(config) as database, database.reader.connect() as connection:
        for cp_id in cp_ids:
            check_known(connection, cp_id)
        names = {point.cp_id: point.location for point in list_points(connection)}
    stickers = [Sticker(f"{public}/p/{cp_id}", names.get(cp_id, ""), cp_id) for cp_id in cp_ids]
    is_pdf = pdf or (out is not None and out.suffix.lower() == ".pdf")
    drawn = pdf_sheet(stickers) if is_pdf else sheet(stickers).encode()
    if out is None:
        sys.stdout.buffer.write(drawn)
        return
    try:
        out.write_bytes(drawn)
    except OSError as error:
        raise Refusal(400, "bad_field", f"{out} cannot be written: {error.strerror}") from None
    typer.echo(f"wrote {out}: {len(cp_ids)} sticker(s); print it at 100 %", err=True)


COMMANDS = (
    Command(
        "sticker", sticker,
        ("wattline-central sticker cp_001 --out sticker.pdf", "wattline-central sticker cp_001 cp_002 > sheet.svg"),
    ),
)  # fmt: skip
