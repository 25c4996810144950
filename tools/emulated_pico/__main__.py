"""The bench's process.

    python -m tools.emulated_pico IMAGE FLASH NUMBER

Says `ready control=IP:PORT port=PATH` once both are there; the guest has not run by then.
"""

import select
import socket
import sys
from pathlib import Path

from tools.emulated_pico.board import PicoBoard
from tools.emulated_pico.control import answer
from tools.emulated_pico.pacing import Pace
from tools.services.ports import LOOPBACK
from tools.testing.deadlines import DEADLINE_S


def serve(board: PicoBoard, listener: socket.socket) -> None:
    pace = Pace(board)
    while True:
        waiting = select.select([listener], [], [], pace.wait_s)[0]
        if waiting:
            line, _ = listener.accept()
            with line:
                line.settimeout(DEADLINE_S)
                asked = line.makefile("rb").readline()
                line.sendall(answer(board, pace, asked))
        pace.step()
        board.exchange()


def main(image: Path, flash: Path, number: int) -> None:
    board = PicoBoard(image, flash, number)
    with socket.create_server((LOOPBACK, 0)) as listener:
        sys.stdout.write(f"ready control={LOOPBACK}:{listener.getsockname()[1]} port={board.port.path}\n")
        sys.stdout.flush()
        serve(board, listener)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
