"""Databases of both kinds, and a Central that tests share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.tests.site import Site
from tools.services import postgres


@pytest.fixture(scope="session")
def postgres_server(missing: Callable[[str], NoReturn]) -> Iterator[postgres.Postgres]:
    """One PostgreSQL for all tests; each takes a database of its own."""
    try:
        server = postgres.Postgres()
        server.start()
    except postgres.PostgresUnavailable as error:
        missing(f"PostgreSQL ({error})")
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'central.db'}"
    return request.getfixturevalue("postgres_server").new_database()


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    """With the tables, and nothing in them."""
    opened = open_database(empty_database_url)
    migrate(opened.writer)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running worker and API that many tests use at once: each brings ids of its own and stops nothing."""
    site = Site(tmp_path_factory.mktemp("site"))
    try:
        site.start()
        yield site
    finally:
        site.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A Central of the test's own, nothing started yet."""
    own = Site(tmp_path)
    try:
        yield own
    finally:
        own.close()
