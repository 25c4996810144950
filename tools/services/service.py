"""A server that the demo, the tests or the bench start for themselves, in a folder of its own."""

import shutil
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.services.process import ChildProcess


class Service(ABC):
    """Its data lives until `close`, through `stop`, `kill` and `restart`. Usable as a context manager."""

    process: ChildProcess

    def __init__(self, name: str, folder: Path | None = None) -> None:
        """`folder`: for its log and data; without one, a temporary folder that `close` removes."""
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix=f"wattline-{name}-"))
        self.folder.mkdir(parents=True, exist_ok=True)

    @abstractmethod
    def start(self) -> None:
        """Returns once it serves."""

    def stop(self) -> None:
        self.process.stop()

    def kill(self) -> None:
        self.process.kill()

    def restart(self) -> None:
        """On the same address and data."""
        self.stop()
        self.start()

    def close(self) -> None:
        self.stop()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
