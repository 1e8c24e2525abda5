"""Engines and sessions of one service. A read session may be on a replica; a write session is on the primary, and
belongs to a unit of work: nothing else opens or commits one."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import cycle
from typing import Any, TypeVar

from sqlalchemy import Executable, Row, Select, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from subgraphs.kit.errors import DomainError
from subgraphs.kit.settings import SubgraphSettings

T = TypeVar("T")


class ReadSession:
    """What a repository may do when it only reads."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self, statement: Select[T]) -> Sequence[T]:
        """The first column of every row."""
        return (await self._session.scalars(statement)).all()

    async def first(self, statement: Select[T]) -> T | None:
        """The first column of the first row."""
        return (await self._session.scalars(statement)).first()

    async def rows(self, statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]:
        """Whole rows, also those that a statement returns by RETURNING."""
        return (await self._session.execute(statement)).all()


class WriteSession(ReadSession):
    """What a repository may do inside a unit of work."""

    def add(self, *rows: object) -> None:
        """Inserted at the next flush."""
        self._session.add_all(rows)

    async def flush(self) -> None:
        """Sends what is pending, so that constraints speak here."""
        await self._session.flush()

    async def execute(self, statement: Executable) -> None:
        """An INSERT, UPDATE or DELETE whose outcome does not matter; else use `rows` with RETURNING."""
        await self._session.execute(statement)

    async def delete(self, row: object) -> None:
        """Deleted at the next flush."""
        await self._session.delete(row)


class Database:
    """The primary and the read replicas of one service."""

    def __init__(self, primary: AsyncEngine, replicas: Sequence[AsyncEngine] = ()) -> None:
        self.primary = primary
        self.replicas = tuple(replicas)
        self.recorded = asyncio.Event()
        """A unit of work of this process has committed events. The relay clears it."""
        # Outside a transaction a read is one round trip instead of three (BEGIN, SELECT, ROLLBACK).
        self._primary_reader = _autocommit(primary)
        self._readers = cycle([_autocommit(engine) for engine in self.replicas] or [self._primary_reader])

    @property
    def engines(self) -> Sequence[AsyncEngine]:
        """Every server of this service once; events on them cover all sessions."""
        return (self.primary, *self.replicas)

    @classmethod
    def connect(cls, settings: SubgraphSettings) -> "Database":
        """Makes the engines; a connection opens with the first statement."""
        engines = [_engine(url, settings) for url in (settings.database_url, *settings.replica_urls)]
        return cls(engines[0], engines[1:])

    @asynccontextmanager
    async def read(self, *, fresh: bool = False) -> AsyncIterator[ReadSession]:
        """A session that only reads; `fresh` when it must see every committed write."""
        engine = self._primary_reader if fresh else next(self._readers)
        async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:
            yield ReadSession(session)

    async def check(self) -> None:
        """Raises when the primary does not answer."""
        async with self._primary_reader.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Closes all connections."""
        for engine in self.engines:
            await engine.dispose()


class Reader:
    """The read sessions of one request. Once the request has written, all of them are on the primary."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.has_written = False

    @asynccontextmanager
    async def session(self, *, fresh: bool = False) -> AsyncIterator[ReadSession]:
        """See Database.read."""
        async with self._database.read(fresh=fresh or self.has_written) as session:
            yield session


@contextmanager
def violations(errors: Mapping[str, DomainError]) -> Iterator[None]:
    """Turns the violation of a named constraint into the error of the rule that it enforces.

    The statement that may violate it must run inside, so flush inside.
    """
    try:
        yield
    except IntegrityError as error:
        known = errors.get(violated_constraint(error) or "")
        if known is None:
            raise
        raise known from None


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint or unique index, as PostgreSQL reports it."""
    driver_error = getattr(error.orig, "driver_exception", None) or getattr(error.orig, "__cause__", None)
    name: str | None = getattr(driver_error, "constraint_name", None)
    return name


def asyncpg_url(url: str) -> str:
    """The URL as asyncpg itself takes it, whatever SQLAlchemy driver it names."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _engine(url: str, settings: SubgraphSettings) -> AsyncEngine:
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=settings.pool_size,
        max_overflow=settings.pool_overflow,
        pool_recycle=settings.pool_recycle_seconds,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, *_: object) -> None:
    """In place of the pool's own ping, which costs two round trips per checkout: asyncpg knows already when the server
    has closed a connection. The pool then makes a new one."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError("closed by the server")


def _autocommit(engine: AsyncEngine) -> AsyncEngine:
    return engine.execution_options(isolation_level="AUTOCOMMIT")
