"""Tokens for what stands in for people, made as `wattline-central token add` makes them."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from central.actions.people import add_token
from central.people.opening import make_tables
from central.people.roles import ALL
from central.store.database import Database, open_database


@contextmanager
def people_at(file: Path) -> Generator[Database]:
    """The people's database in this file, with its tables."""
    people = open_database(f"sqlite:///{file}")
    try:
        make_tables(people)
        yield people
    finally:
        people.dispose()


def make_token(file: Path, person_id: str, role: str, scope: str = ALL) -> str:
    with people_at(file) as people:
        return add_token(people, person_id, role, scope, "", None)["token"]


def bearer(token: str) -> dict[str, str]:
    """The header that shows it."""
    return {"Authorization": f"Bearer {token}"}
