"""The columns of a table, read from the row class that folds know (central/model/rows.py).

A field's annotation says what it holds and whether it may be null; its default becomes the column's.
"""

from dataclasses import MISSING, fields
from typing import Any, cast, get_type_hints

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    MetaData,
    PrimaryKeyConstraint,
    Text,
    false,
    text,
    true,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

# How constraints and indexes are called, in each database of Central's.
_NAMES = {
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_TYPES: dict[Any, type[TypeEngine[Any]]] = {
    str: Text, str | None: Text,
    int: BigInteger, int | None: BigInteger,
    bool: Boolean,
}  # fmt: skip


def new_metadata() -> MetaData:
    """Of a database of its own."""
    return MetaData(naming_convention=_NAMES)


def columns_of(row: type, *replaced: Column[Any]) -> list[SchemaItem]:
    """The columns of a row class and its primary key. `replaced`: columns that stand for the field of their name."""
    own = {column.name: column for column in replaced}
    hints = get_type_hints(row)
    names = [each.name for each in fields(cast(Any, row))]
    defaults = {each.name: each.default for each in fields(cast(Any, row))}
    columns = [own.get(name) if name in own else _column(name, hints[name], defaults[name]) for name in names]
    return [*cast(list[SchemaItem], columns), PrimaryKeyConstraint(*cast(Any, row).primary_key)]


def _column(name: str, hint: Any, default: object) -> Column[Any]:
    nullable = hint in (str | None, int | None)
    return Column(name, _TYPES[hint], nullable=nullable, server_default=_server_default(default))


def _server_default(default: object) -> Any:
    if default is MISSING or default is None:
        return None
    if isinstance(default, bool):
        return true() if default else false()
    return text(str(default)) if isinstance(default, int) else str(default)


def text_column(name: str, *, primary_key: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=False, primary_key=primary_key)


def number(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


def count_column(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def moment(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True))


def one_of(column: str, allowed: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{each}'" for each in allowed)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
