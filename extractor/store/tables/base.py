"""What all tables share: the base of every row, and columns that give the values of the domain back as they were.

No ``from __future__ import annotations`` here: SQLModel reads the annotations at run time.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Enum,
    MetaData,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from extractor.store.fulltext import as_tsvector


class ValueType(TypeDecorator[Any]):
    """A frozen value of the domain, or a tuple of them, in a JSON column.

    A plain JSON column misses edits made inside its value; frozen values have none.
    """

    impl = JSON
    cache_ok = True

    def __init__(self, held: Any) -> None:
        super().__init__()
        self.held = held
        self._adapter: TypeAdapter[Any] = TypeAdapter(held)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Give JSON's own types to the database."""
        return self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Give the value back."""
        return self._adapter.validate_python(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time; SQLite forgets the zone and PostgreSQL answers in its own, both give UTC back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: nobody could tell which zone it meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time {value!r} has no zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DocumentType(TypeDecorator[str]):
    """What is searched, made by `extractor.store.fulltext.document_of`: as it is, or as a tsvector on PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column."""
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what is stored."""
        return value if value is None or dialect.name != "postgresql" else as_tsvector(value)


def words_column(of: type[StrEnum]) -> Enum:
    """Return a column type that stores the words of a closed set as they read."""
    return Enum(of, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members])


class Row(SQLModel):
    """Base of every row; names of constraints are alike on both databases, so migrations can name them."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
