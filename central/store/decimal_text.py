"""A decimal column that is written from text and never passes through a binary fraction on its way."""

from typing import Any

from sqlalchemy.types import UserDefinedType


class DecimalText(UserDefinedType[str]):
    """DECIMAL(precision, scale). SQLite keeps such a column as it can; nothing is computed from it."""

    cache_ok = True

    def __init__(self, precision: int, scale: int) -> None:
        self.precision = precision
        self.scale = scale

    def get_col_spec(self, **kw: Any) -> str:
        del kw
        return f"DECIMAL({self.precision}, {self.scale})"
