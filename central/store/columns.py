"""The sorts of columns that the tables are made of."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, Text, false, text


def text_column(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=nullable, primary_key=primary_key)


def number(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=nullable, primary_key=primary_key)


def count_column(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def flag(name: str) -> Column[Any]:
    return Column(name, Boolean, nullable=False, server_default=false())


def moment(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True))


def one_of(column: str, allowed: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{each}'" for each in allowed)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
