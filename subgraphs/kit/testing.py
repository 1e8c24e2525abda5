"""For tests of subgraphs: a database of a service, requests as a viewer, SQL statements counted."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import event

from subgraphs.kit import ids, tokens
from subgraphs.kit.clock import Clock, utc_now
from subgraphs.kit.errors import JsonValue
from subgraphs.kit.migrate import migrate
from subgraphs.kit.seed import run as run_seed
from subgraphs.kit.service import Service
from subgraphs.kit.settings import SubgraphSettings
from subgraphs.kit.subgraph import GraphQLRequest, Subgraph
from subgraphs.kit.viewer import Viewer

SECRET = "a secret of the tests, of 32 characters or more"  # noqa: S105
PRODUCTS = frozenset({"coocook", "sns-auto", "review", "ai-automation", "webapp-builder"})


@dataclass
class FakeClock:
    """A clock that a test sets."""

    now: datetime = field(default_factory=utc_now)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Statements:
    """The SQL that ran, in order."""

    texts: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class GraphQLErrors(AssertionError):
    """An answer that should have had no errors."""

    errors: list[JsonValue]

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]


@dataclass(frozen=True)
class Client:
    """A subgraph with somebody asking. `as_user` and `anonymous` make others; they share the subgraph."""

    subgraph: Subgraph
    viewer: Viewer | None = None
    token: str | None = None

    def as_user(self, user_id: int, **claims: Any) -> "Client":
        """With subscriptions to all products, unless `products` says otherwise."""
        return replace(self, viewer=Viewer(user_id, **{"products": PRODUCTS, **claims}), token=None)

    def anonymous(self) -> "Client":
        return replace(self, viewer=None, token=None)

    def with_token(self, token: str) -> "Client":
        return replace(self, viewer=None, token=token)

    async def execute(self, query: str, **variables: JsonValue) -> dict[str, JsonValue]:
        """The whole response."""
        token = self.token
        if self.viewer is not None:
            token = tokens.issue(self.viewer, SECRET, self.subgraph.clock())
        headers = {"authorization": f"Bearer {token}"} if token is not None else {}
        return await self.subgraph.execute(GraphQLRequest(query, variables, headers=headers))

    async def data(self, query: str, **variables: JsonValue) -> JsonValue:
        """The data of a response without errors. Raises GraphQLErrors."""
        response = await self.execute(query, **variables)
        if "errors" in response:
            raise GraphQLErrors(response["errors"])
        return response["data"]

    async def codes(self, query: str, **variables: JsonValue) -> list[str]:
        """The codes of the response's errors."""
        response = await self.execute(query, **variables)
        return [error["extensions"]["code"] for error in response.get("errors", [])]

    async def nodes(self, field: str, selection: str) -> list[JsonValue]:
        """All nodes of a root connection, page by page; `field` is such as `users` or `users(role: ADMIN)`."""
        name, _, arguments = field.rstrip(")").partition("(")
        query = f"""query($after: String) {{ list: {name}(first: 50, after: $after, {arguments}) {{
            nodes {{ {selection} }} pageInfo {{ endCursor hasNextPage }} }} }}"""
        nodes: list[JsonValue] = []
        after, more = None, True
        while more:
            page = (await self.data(query, after=after))["list"]
            nodes += page["nodes"]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        return nodes

    async def entities(self, selection: str, *representations: JsonValue) -> list[JsonValue]:
        """What `_entities` answers; `selection` is such as `... on User { name }`."""
        query = f"query($r: [_Any!]!) {{ _entities(representations: $r) {{ __typename {selection} }} }}"
        entities: list[JsonValue] = (await self.data(query, r=list(representations)))["_entities"]
        return entities

    @contextmanager
    def statements(self) -> Iterator[Statements]:
        """Counts the SQL that runs inside the block."""
        seen = Statements()

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            seen.texts.append(statement)

        engines = [engine.sync_engine for engine in self.subgraph.database.engines]
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)


def reference(type_name: str, key: int, **more: JsonValue) -> dict[str, JsonValue]:
    """A representation as a router sends it."""
    return {"__typename": type_name, "id": ids.encode(type_name, key), **more}


async def prepare(service: Service, url: str, users: int, now: datetime | None = None) -> None:
    """Migrates and seeds an empty database."""
    await migrate(service, url)
    await run_seed([service], {service.name: url}, users, now=now)


@asynccontextmanager
async def client(
    service: Service, url: str, clock: Clock = utc_now, redis_url: str | None = None
) -> AsyncIterator[Client]:
    """An anonymous client of the service over a prepared database. With a Redis, its events are published."""
    settings = SubgraphSettings(
        database_url=url, redis_url=redis_url, jwt_secret=SecretStr(SECRET), pool_size=5
    )
    async with Subgraph(service, settings, clock) as subgraph:
        yield Client(subgraph)
