"""Databases of both kinds, and a Central of a test's own: those of Central's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from central.outbound.tests.yard import Yard
from central.tests.conftest import empty_database_url, postgres_server, site

__all__ = ["empty_database_url", "postgres_server", "site"]  # pytest finds fixtures by their names here


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    own = Yard(tmp_path / "yard")
    yield own
    own.close()
