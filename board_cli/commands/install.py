"""`install`: MicroPython itself onto a board."""

from pathlib import Path
from typing import Annotated

import typer

from board_cli.options import AsJson, Port

DRIVE_WAIT_S = 120.0


def install(
    image: Annotated[
        Path | None, typer.Option("--image", metavar="FILE", help="A released image: .uf2 (Pico) or .bin (ESP32).")
    ] = None,
    port: Port = None,
    drive: Annotated[
        Path | None, typer.Option("--drive", metavar="FOLDER", help="Where a Pico with BOOTSEL held is mounted.")
    ] = None,
    board: Annotated[
        str | None, typer.Option("--board", metavar="BOARD", help="As MicroPython names it; without an image.")
    ] = None,
    wait_s: Annotated[
        float, typer.Option("--wait", metavar="SECONDS", min=1, help="For a Pico to come as a drive.")
    ] = DRIVE_WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Bring MicroPython onto a bare board: 1.28 or newer where it has a network.

    A Pico takes an image as a drive, while its BOOTSEL button is held at power-up; an ESP32 through esptool. Without an
    image, mpflash fetches one, for the board that it finds or that is named. Both are programs of their own
    (`pip install esptool`, `pip install mpflash`). A file system that a Pico has already stays; that of an ESP32 is
    kept where its image does not reach it. An image is judged first: for which chip, whole, and new enough.
    """
    from board_cli.installing.steps import install as install_image
    from board_cli.output import print_json, say, tell

    done = install_image(image, port, drive, wait_s, tell, board)
    if as_json:
        print_json({"installed": done})
    else:
        say(f"{done}; `wattline-board provision` tells the board what it is")


EXAMPLES = (
    "wattline-board install --image RPI_PICO-20260406-v1.28.0.uf2",
    "wattline-board install --image RPI_PICO_W-20260406-v1.28.0.uf2 --drive /media/me/RPI-RP2",
    "wattline-board install --image ESP32_GENERIC-20260406-v1.28.0.bin --port /dev/ttyUSB0",
    "wattline-board install --port /dev/ttyACM0",
    "wattline-board install --drive /media/me/RPI-RP2 --board RPI_PICO_W",
)
