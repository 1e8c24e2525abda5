"""A tiny service, authors and books, to try the kit on without a domain."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import pytest
import strawberry
from aiodataloader import DataLoader
from sqlalchemy import ForeignKey, Index, MetaData, UniqueConstraint, insert, select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from launcher.postgres import PostgresCluster
from subgraphs.kit import ids, models, testing
from subgraphs.kit.connection import Connection
from subgraphs.kit.context import Context
from subgraphs.kit.database import Reader, ReadSession, violations
from subgraphs.kit.entities import from_row
from subgraphs.kit.errors import DomainError
from subgraphs.kit.federation import Schema
from subgraphs.kit.loaders import Children, children_loader, is_one_of, row_loader
from subgraphs.kit.outbox import OutboxEvent as OutboxColumns
from subgraphs.kit.pagination import Order, Page, PageRequest, page_request, paginate, paginate_children
from subgraphs.kit.seed_plan import SeedPlan, SeedWriter
from subgraphs.kit.service import Service
from subgraphs.kit.testing import Client, FakeClock

AUTHORS, BOOKS = 4, 23
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=models.NAMING)
    type_annotation_map = models.TYPES


class OutboxEvent(OutboxColumns, Base):
    pass


class AuthorRow(models.Entity, Base):
    __tablename__ = "authors"
    __table_args__ = (UniqueConstraint("name"),)
    name: Mapped[str]


class BookRow(models.Entity, Base):
    __tablename__ = "books"
    __table_args__ = (Index(None, "author_id", "printed_at", "id"),)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    title: Mapped[str]
    printed_at: Mapped[datetime]


NEWEST = Order("newest", BookRow.printed_at, BookRow.id, datetime)
BY_TITLE = Order("title", BookRow.title, BookRow.id, str, descending=False)


class NameTaken(DomainError):
    code = "NAME_TAKEN"


async def authors(session: ReadSession, keys: Sequence[int]) -> Sequence[AuthorRow]:
    return await session.all(select(AuthorRow).where(is_one_of(AuthorRow.id, keys)))


async def book_pages(
    session: ReadSession, parents: Sequence[int], page: PageRequest, by_title: bool
) -> Mapping[int, Page[BookRow]]:
    order = BY_TITLE if by_title else NEWEST
    return await paginate_children(session, select(BookRow), BookRow.author_id, parents, order, page)


@dataclass(frozen=True)
class Loaders:
    author: DataLoader[int, AuthorRow | None]
    books: DataLoader[Children[bool], Page[BookRow]]


Info = strawberry.Info[Context[Loaders], None]


def make_loaders(reader: Reader) -> Loaders:
    return Loaders(
        author=row_loader(reader, authors, lambda row: row.id),
        books=children_loader(reader, book_pages),
    )


@strawberry.federation.type(keys=["id"])
class Book:
    id: strawberry.ID
    title: str
    printed_at: datetime


@strawberry.federation.type(keys=["id"])
class Author:
    id: strawberry.ID
    name: str
    row: strawberry.Private[AuthorRow]

    @strawberry.field
    async def books(
        self, info: Info, first: int = 20, after: str | None = None, by_title: bool = False
    ) -> Connection[Book]:
        children = Children(self.row.id, page_request(first, after), by_title)
        page = await info.context.loaders.books.load(children)
        return Connection.of(page, lambda row: from_row(Book, row))

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.author.load(ids.decode("Author", id))
        return from_row(cls, row) if row else None


@strawberry.type
class Query:
    @strawberry.field
    async def books(
        self, info: Info, first: int = 20, after: str | None = None, by_title: bool = False
    ) -> Connection[Book]:
        async with info.context.read() as session:
            order = BY_TITLE if by_title else NEWEST
            page = await paginate(session, select(BookRow), order, page_request(first, after))
        return Connection.of(page, lambda row: from_row(Book, row))

    @strawberry.field
    async def author(self, info: Info, id: strawberry.ID) -> Author | None:
        return await Author.resolve_reference(info, id)

    @strawberry.field
    async def author_named(self, info: Info, name: str) -> Author | None:
        async with info.context.read() as session:
            row = await session.first(select(AuthorRow).where(AuthorRow.name == name))
        return from_row(Author, row) if row else None

    @strawberry.field
    async def touch(self, info: Info, keys: list[int]) -> int:
        """As no query should."""
        return await touch(info, keys)

    @strawberry.field
    def broken(self) -> str:
        raise RuntimeError("the password is 1234")

    @strawberry.field
    def secret(self, info: Info) -> str:
        return ids.encode("User", info.context.require_viewer().user_id)


@strawberry.type
class Mutation:
    @strawberry.field
    async def add_author(self, info: Info, name: str, fail: bool = False) -> Author:
        row = AuthorRow(name=name)
        async with info.context.write() as work:
            with violations({"uq_authors_name": NameTaken("There is such an author.")}):
                work.session.add(row)
                await work.session.flush()
            work.record("Author", row.id, "created", name=name)
            if fail:
                raise RuntimeError("after the insert")
        return from_row(Author, row)

    @strawberry.field
    async def touch(self, info: Info, keys: list[int]) -> int:
        return await touch(info, keys)


async def touch(info: Info, keys: list[int]) -> int:
    """Records each author in a unit of work of its own, which a key below 0 rolls back, and fails."""
    for key in keys:
        async with info.context.write() as work:
            work.record("Author", abs(key), "touched", by="nobody")
            if key < 0:
                raise NameTaken("There is such an author.")
    return len(keys)


async def no_seed(writer: SeedWriter, plan: SeedPlan) -> None:
    """The fixture fills the tables itself."""


LIBRARY = Service(
    name="library",
    schema=Schema(query=Query, mutation=Mutation),
    metadata=Base.metadata,
    migrations=Path(),
    outbox=OutboxEvent,
    loaders=make_loaders,
    seed=no_seed,
)


@pytest.fixture(scope="session")
def library() -> Service:
    return LIBRARY


@pytest.fixture(scope="session")
def library_url(postgres_cluster: PostgresCluster) -> str:
    """Four authors; 23 books, in groups of three with the same time and title; author 4 has none."""
    url = postgres_cluster.create_database("library")
    asyncio.run(_fill(url))
    return url


async def _fill(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.execute(insert(AuthorRow), [{"name": f"author {n}"} for n in range(1, AUTHORS + 1)])
        books = [
            {
                "author_id": 1 + n % 3,
                "title": f"title {n // 3:02}",
                "printed_at": EPOCH + timedelta(microseconds=n // 3),
            }
            for n in range(BOOKS)
        ]
        await connection.execute(insert(BookRow), books)
    await engine.dispose()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def client(library_url: str, clock: FakeClock) -> AsyncIterator[Client]:
    async with testing.client(LIBRARY, library_url, clock) as client:
        yield client
