"""What a resolver has at hand: who asks, what time it is, loaders for reading, units of work for writing."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from subgraphs.kit import tokens
from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database, Reader, ReadSession
from subgraphs.kit.errors import InvalidToken, Unauthenticated
from subgraphs.kit.outbox import OutboxEvent
from subgraphs.kit.settings import SubgraphSettings
from subgraphs.kit.unit_of_work import UnitOfWork, unit_of_work
from subgraphs.kit.viewer import Viewer

LoadersT = TypeVar("LoadersT")


@dataclass(slots=True)
class Context(Generic[LoadersT]):
    """One per request. `headers` have lower-case names."""

    database: Database
    settings: SubgraphSettings
    clock: Clock
    headers: Mapping[str, str]
    outbox: type[OutboxEvent]
    make_loaders: Callable[[Reader], LoadersT]
    loaders: LoadersT = field(init=False)
    now: datetime = field(init=False)
    committed: list[OutboxEvent] = field(init=False, default_factory=list)
    """What this request's units of work have recorded and committed."""
    _reader: Reader = field(init=False)
    _viewer: Viewer | Unauthenticated = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.clock()
        self._reader = Reader(self.database)
        self.loaders = self.make_loaders(self._reader)
        self._viewer = _read_viewer(self.headers, self.settings.jwt_secret.get_secret_value(), self.now)

    @property
    def viewer(self) -> Viewer | None:
        """None unless the request has a valid token. For fields that anybody may ask and that answer less to some."""
        return self._viewer if isinstance(self._viewer, Viewer) else None

    def require_viewer(self) -> Viewer:
        """Raises Unauthenticated, TokenExpired or InvalidToken."""
        if isinstance(self._viewer, Unauthenticated):
            raise self._viewer
        return self._viewer

    def sign_in(self, viewer: Viewer) -> None:
        """From here on the request is this viewer's: who has just signed in sees what is theirs."""
        self._viewer = viewer

    def read(self, *, fresh: bool = False) -> AbstractAsyncContextManager[ReadSession]:
        """For root fields; what hangs on an object goes through `loaders`."""
        return self._reader.session(fresh=fresh)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        """One transaction. What is read after it sees it: loaders start empty, on the primary."""
        async with unit_of_work(self.database, self.outbox) as work:
            yield work
        self.committed += work.recorded
        self._reader.has_written = True
        self.loaders = self.make_loaders(self._reader)


def _read_viewer(headers: Mapping[str, str], secret: str, now: datetime) -> Viewer | Unauthenticated:
    authorization = headers.get("authorization")
    if authorization is None:
        return Unauthenticated()
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return InvalidToken()
    try:
        return tokens.verify(token.strip(), secret, now)
    except Unauthenticated as error:
        return error
