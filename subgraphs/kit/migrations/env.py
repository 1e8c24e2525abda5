"""Alembic's environment, for all services: migrate.py gives the connection and the metadata."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context


def render_item(kind: str, item: Any, _: object) -> str | Literal[False]:
    """Alembic leaves out the length of an enum's column; without it, a longer value would need a new type."""
    if kind == "type" and isinstance(item, sa.Enum):
        values = ", ".join(repr(value) for value in item.enums)
        return (
            f"sa.Enum({values}, name={item.name!r}, length={item.length}, "
            "native_enum=False, create_constraint=True)"
        )
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
