"""The prompt of a board whose firmware does not run: MicroPython's raw REPL, through mpremote."""

import contextlib
import io
import json
import struct
from collections.abc import Callable
from typing import Any

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from board_cli.failures import Failure

CHUNK_BYTES = 1024
# What ends a process on the unix port starts a real board anew.
RESET = "try:\n from machine import reset\nexcept ImportError:\n from sys import exit as reset\nreset()"


class NoPrompt(Exception):
    """The text says why."""


class Prompt:
    """Raises Failure where the board stops answering, and NoPrompt where it has no prompt now."""

    def __init__(self, device: str, wait_s: float, come_s: float | None = None) -> None:
        """`wait_s`: for each answer; `come_s`: for the prompt to come, where that is less."""
        come_s = come_s or wait_s
        self._device = device
        self._wait_s = wait_s
        with contextlib.redirect_stdout(io.StringIO()):  # mpremote prints what it did not understand
            try:
                self._transport: Any = SerialTransport(device, timeout=come_s)  # None would wait for ever
            except (TransportError, OSError) as error:
                raise NoPrompt(f"{device} cannot be opened ({error})") from None
            try:
                self._transport.enter_raw_repl(soft_reset=False, timeout_overall=come_s)
                self._transport.serial.timeout = wait_s
            except (TransportError, OSError) as error:
                self._close()
                raise NoPrompt(f"{device} does not come to its prompt ({error})") from None

    def run(self, code: str) -> str:
        """What it printed. Raises Failure where it ended with an exception."""
        out, error = self._done(lambda: self._transport.exec_raw(code, timeout=self._wait_s))
        if error:
            raise Failure(f"{self._device}: {error.decode(errors='replace').strip().splitlines()[-1]}")
        return out.decode(errors="replace")

    def ask(self, code: str) -> Any:
        """The JSON that it printed. Raises Failure as `run` does."""
        return json.loads(self.run(code))

    def read(self, path: str) -> bytes | None:
        """None where there is no such file."""
        try:
            return bytes(self._done(lambda: self._transport.fs_readfile(path, CHUNK_BYTES)))
        except FileNotFoundError:
            return None

    def write(self, path: str, data: bytes, told: Callable[[int], None]) -> None:
        """`told(bytes so far)`."""
        def progress(written: int, of: int) -> None:
            del of
            told(written)

        self._done(lambda: self._transport.fs_writefile(path, data, CHUNK_BYTES, progress))

    def reset(self) -> None:
        """The board starts anew, and this prompt is closed."""
        with contextlib.suppress(TransportError, OSError):  # it does not answer any more
            self._transport.exec_raw_no_follow(RESET)
        self._close()

    def close(self) -> None:
        with contextlib.suppress(TransportError, OSError):
            self._transport.exit_raw_repl()
        self._close()

    def _close(self) -> None:
        with contextlib.suppress(OSError):
            self._transport.close()

    def _done(self, action: Callable[[], Any]) -> Any:
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                return action()
        except FileNotFoundError:
            raise
        except (TransportError, OSError, struct.error) as error:  # struct.error: less came in time than it unpacks
            text = str(error).strip().splitlines() or [type(error).__name__]
            raise Failure(f"{self._device}: the board stopped answering ({text[-1]}); run this again") from None
