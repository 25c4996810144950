"""Databases of both kinds, and a Central that tests share."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import make_url

from central.model.terms import Terms
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.store.tables import metadata
from central.tests.made_tables import write_tables
from central.tests.site import Site
from central.tests.working import TERMS, working
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
        return f"sqlite:///{tmp_path / 'empty.db'}"  # a site's own has its tables already
    return request.getfixturevalue("postgres_server").new_database()


@pytest.fixture(scope="session")
def made_on_postgres(postgres_server: postgres.Postgres) -> str:
    """The name of a database that has its tables."""
    url = postgres_server.new_database()
    database = open_database(url)
    migrate(database.writer)
    database.dispose()
    return str(make_url(url).database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """With the tables, and nothing in them."""
    if request.param == "sqlite":
        file = tmp_path / "central.db"
        write_tables(file)
        url = f"sqlite:///{file}"
    else:
        server: postgres.Postgres = request.getfixturevalue("postgres_server")
        url = server.new_database(request.getfixturevalue("made_on_postgres"))
    opened = open_database(url)
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


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """Makes databases with their tables, and nothing in them: "sqlite" or "postgresql"."""
    opened: list[Database] = []

    def make(kind: str) -> Database:
        file = f"sqlite:///{tmp_path / uuid.uuid4().hex}.db"
        url = file if kind == "sqlite" else request.getfixturevalue("postgres_server").new_database()
        opened.append(open_database(url))
        metadata.create_all(opened[-1].writer)
        return opened[-1]

    yield make
    for database in opened:
        database.dispose()


@pytest.fixture
def rebuilt(new_database: Callable[[str], Database]) -> Callable[..., Database]:
    """A new database, folded from a site's log by folds without a mistake, under these settings."""

    def rebuild(site: Site, terms: Terms = TERMS) -> Database:
        database = new_database("sqlite")
        with working(database, site.log, terms=terms) as one:
            one.catch_up()
        return database

    return rebuild
