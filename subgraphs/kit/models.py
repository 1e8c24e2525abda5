"""What the tables of all subgraphs have in common: constraint names, keys, timestamps, types.

Each domain declares its own base, so that each has its own metadata:

    class Base(DeclarativeBase):
        metadata = MetaData(naming_convention=NAMING)
        type_annotation_map = TYPES
"""

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, Enum, Identity, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

TYPES: Final[Mapping[Any, Any]] = {
    int: BigInteger,
    str: Text,
    list[str]: ARRAY(Text),
    datetime: DateTime(timezone=True),
    # Text and a CHECK: a new value is an ordinary migration, and no type outlives its table.
    enum.Enum: Enum(enum.Enum, native_enum=False, create_constraint=True, length=32),
}


class Entity:
    """A mixin: bigint key, and when the row was made and last changed. The database keeps both times."""

    __mapper_args__ = {"eager_defaults": True}

    id: Mapped[int] = mapped_column(Identity(), primary_key=True, sort_order=-1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=1000)
    updated_at: Mapped[datetime] = mapped_column(
        server_default=func.now(), onupdate=func.now(), sort_order=1001
    )


class SeedRun:
    """A mixin: the seed that filled this database. One row at most; its presence makes seeding a no-op."""

    __tablename__ = "seed_runs"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    users: Mapped[int]
    seeded_at: Mapped[datetime] = mapped_column(server_default=func.now())
