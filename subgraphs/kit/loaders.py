"""Loaders: whatever a request asks for one by one is read in one statement per kind."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aiodataloader import DataLoader
from sqlalchemy import BigInteger, ColumnElement, Text, any_, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from subgraphs.kit.database import Reader, ReadSession
from subgraphs.kit.pagination import Page, PageRequest

KeyT = TypeVar("KeyT", int, str)
UniqueKeyT = TypeVar("UniqueKeyT", bound=Hashable)
RowT = TypeVar("RowT")
FilterT = TypeVar("FilterT")


@dataclass(frozen=True, slots=True)
class Children(Generic[FilterT]):
    """A page of the list of one parent; `filter` holds the further arguments of the field, hashable."""

    parent: int
    page: PageRequest
    filter: FilterT


def row_loader(
    reader: Reader,
    fetch: Callable[[ReadSession, Sequence[UniqueKeyT]], Awaitable[Iterable[RowT]]],
    key: Callable[[RowT], UniqueKeyT],
    *,
    fresh: bool = False,
) -> DataLoader[UniqueKeyT, RowT | None]:
    """Loads rows by a unique key, which may be a tuple; None for a key without a row."""

    async def load(keys: list[UniqueKeyT]) -> list[RowT | None]:
        async with reader.session(fresh=fresh) as session:
            found = {key(row): row for row in await fetch(session, keys)}
        return [found.get(wanted) for wanted in keys]

    return DataLoader(load)


def children_loader(
    reader: Reader,
    fetch: Callable[[ReadSession, Sequence[int], PageRequest, FilterT], Awaitable[Mapping[int, Page[RowT]]]],
    *,
    fresh: bool = False,
) -> DataLoader[Children[FilterT], Page[RowT]]:
    """Loads pages of nested connections: one statement per distinct set of arguments, for all parents."""

    async def load(wanted: list[Children[FilterT]]) -> list[Page[RowT]]:
        groups: dict[tuple[PageRequest, FilterT], list[int]] = {}
        for children in wanted:
            groups.setdefault((children.page, children.filter), []).append(children.parent)
        pages: dict[Children[FilterT], Page[RowT]] = {}
        async with reader.session(fresh=fresh) as session:
            for (page, filter_), parents in groups.items():
                for parent, found in (await fetch(session, parents, page, filter_)).items():
                    pages[Children(parent, page, filter_)] = found
        return [pages[children] for children in wanted]

    return DataLoader(load)


def value_loader(
    reader: Reader,
    fetch: Callable[[ReadSession, Sequence[int]], Awaitable[Mapping[int, RowT]]],
    default: RowT,
    *,
    fresh: bool = False,
) -> DataLoader[int, RowT]:
    """Loads one computed value per key, such as a count; `default` for keys without one."""

    async def load(keys: list[int]) -> list[RowT]:
        async with reader.session(fresh=fresh) as session:
            found = await fetch(session, keys)
        return [found.get(key, default) for key in keys]

    return DataLoader(load)


def is_one_of(column: InstrumentedAttribute[KeyT], keys: Sequence[KeyT]) -> ColumnElement[bool]:
    """`column = ANY(keys)`: one statement text, and so one prepared statement, for any number of keys."""
    kind: Any = Text if keys and isinstance(keys[0], str) else BigInteger
    return column == any_(literal(list(keys), ARRAY(kind)))


def are_one_of(
    columns: Sequence[InstrumentedAttribute[Any]], keys: Sequence[tuple[str, ...]]
) -> ColumnElement[bool]:
    """`(a, b) IN keys` for columns of text, which together are a key: one statement text for any number of keys."""
    parts = [literal([key[place] for key in keys], ARRAY(Text)) for place in range(len(columns))]
    asked = func.unnest(*parts).table_valued(*(column.key for column in columns)).render_derived(name="asked")
    return tuple_(*columns).in_(select(*(asked.c[column.key] for column in columns)))
