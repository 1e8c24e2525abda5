"""Keyset pages: a cursor is the (sort key, id) of a row, so a page costs the same however deep it lies."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Generic, TypeVar

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    UnaryExpression,
    bindparam,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from subgraphs.kit.database import ReadSession
from subgraphs.kit.errors import InvalidCursor, InvalidPageSize

T = TypeVar("T")

DEFAULT_SIZE: Final = 20
LARGEST_SIZE: Final = 100

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
# PostgreSQL's text holds no NUL, and its timestamps are aware here.
CURSOR_TYPES: Final[Mapping[type, Any]] = {
    int: tuple[str, Int64, Int64],
    str: tuple[str, Annotated[str, msgspec.Meta(pattern="^[^\x00]*$")], Int64],
    date: tuple[str, date, Int64],
    datetime: tuple[str, Annotated[datetime, msgspec.Meta(tz=True)], Int64],
    Decimal: tuple[str, Decimal, Int64],
    float: tuple[str, float, Int64],
}


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list; hashable, so that loaders can group by it. Make it with `page_request`."""

    first: int = DEFAULT_SIZE
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows in order, each with its cursor."""

    rows: Sequence[tuple[T, str]]
    has_next: bool
    has_previous: bool


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """A total order of a list. `key` is never null (coalesce it) and both columns run in the same direction.

    `name` and the type are part of the cursor, so a cursor of one order is refused by another. There must be an
    index on what the list is filtered by, then `key`, then `id`.
    """

    name: str
    key: InstrumentedAttribute[Any] | ColumnElement[Any]
    id: InstrumentedAttribute[int]
    key_type: type
    descending: bool = True

    def cursor(self, key: object, row_id: int) -> str:
        """Opaque to clients."""
        return base64.urlsafe_b64encode(msgspec.json.encode((self.name, key, row_id))).rstrip(b"=").decode()

    def position(self, cursor: str) -> tuple[Any, int]:
        """Raises InvalidCursor."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            name, key, row_id = msgspec.json.decode(raw, type=CURSOR_TYPES[self.key_type])
        except (binascii.Error, msgspec.MsgspecError, ValueError):
            raise InvalidCursor from None
        if name != self.name or (isinstance(key, Decimal) and not _is_numeric(key)):
            raise InvalidCursor
        return key, row_id

    def apply(self, statement: Select[T], page: PageRequest) -> Select[T, Any]:
        """Orders, skips to the cursor, takes one row more than asked, and adds the key as last column."""
        columns = (self.key, self.id)
        if page.after is not None:
            key, row_id = self.position(page.after)
            here = tuple_(*columns)
            there = tuple_(literal(key, self.key.type), literal(row_id, BigInteger))
            statement = statement.where(here < there if self.descending else here > there)
        ordered = statement.add_columns(self.key.label("sort_key")).order_by(*self.direction(*columns))
        return ordered.limit(page.first + 1)

    def direction(
        self, *columns: ColumnElement[Any] | InstrumentedAttribute[Any]
    ) -> list[UnaryExpression[Any]]:
        """ORDER BY terms."""
        return [column.desc() if self.descending else column.asc() for column in columns]


def page_request(first: int | None, after: str | None) -> PageRequest:
    """Raises InvalidPageSize."""
    first = DEFAULT_SIZE if first is None else first
    if not 1 <= first <= LARGEST_SIZE:
        raise InvalidPageSize(LARGEST_SIZE)
    return PageRequest(first, after)


async def paginate(session: ReadSession, statement: Select[T], order: Order, page: PageRequest) -> Page[T]:
    """One page of a whole list, in one statement."""
    return _page(await session.rows(order.apply(statement, page)), order, page)


async def paginate_children(
    session: ReadSession,
    statement: Select[T],
    parent: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    parents: Sequence[int],
    order: Order,
    page: PageRequest,
) -> Mapping[int, Page[T]]:
    """The same page of the lists of many parents, in one statement: a top-N per parent from its index."""
    model: Any = statement.column_descriptions[0]["entity"]
    asked = (
        func.unnest(bindparam("parents", list(parents), ARRAY(BigInteger)))
        .table_valued("parent_id")
        .render_derived(name="asked")
    )
    # The lateral part finds keys, from the index alone where it can; the rows of those few are joined to them.
    keys = statement.with_only_columns(order.id).where(parent == asked.c.parent_id)
    child = order.apply(keys, page).correlate(asked).lateral("child")
    key, row_id = child.c.sort_key, child.c[order.id.key]
    merged = select(asked.c.parent_id, model, key).select_from(asked).join(child, true())
    merged = merged.join(model, order.id == row_id)
    rows = await session.rows(merged.order_by(asked.c.parent_id, *order.direction(key, row_id)))
    found: dict[int, list[Row[*tuple[Any, ...]]]] = {key: [] for key in parents}
    for row in rows:
        found[row[0]].append(row)
    return {key: _page([tuple(row)[1:] for row in children], order, page) for key, children in found.items()}


def _is_numeric(key: Decimal) -> bool:
    """Whether PostgreSQL's numeric holds it: 131,072 digits before the point, 16,383 after it."""
    exponent = key.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -16_383 and key.adjusted() < 131_072


def _page(rows: Sequence[Any], order: Order, page: PageRequest) -> Page[Any]:
    taken = rows[: page.first]
    return Page(
        rows=[(row[0], order.cursor(row[1], getattr(row[0], order.id.key))) for row in taken],
        has_next=len(rows) > page.first,
        has_previous=page.after is not None,
    )
