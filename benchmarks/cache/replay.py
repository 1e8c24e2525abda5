"""Asks different queries in random order of a router with the cache in memory, and notes where the fields came from."""

import random
import time
from asyncio import sleep
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple

import httpx
import msgspec

from benchmarks.cache.counting import Call, CountingStore, CountingTransport
from benchmarks.cache.shares import Share, Step
from benchmarks.cache.simulated import EntityQueries, Part, WholeAnswers, parts_of, whole_answer
from benchmarks.gateway.memory.operations import Operation
from router.app import create_app
from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore, Stores
from router.cache.settings import FieldCacheSettings
from router.federation.supergraph import Supergraph
from router.serving.lasting import Lasting
from router.settings import RouterSettings

FIELDS, ENTITY_QUERIES, WHOLE_ANSWERS = "fields of entities", "entity and query", "whole answers"
_BYTES: Final = 64 * 1024 * 1024
_POLICY: Final = {"*": {"maxAge": 600}}
_TURNS: Final = 10
"""Of the event loop, after which what a request has fetched is in the store."""


class OtherAnswerError(Exception):
    """The cache answers something else than a router without it."""


class Known(NamedTuple):
    """A query as a router without a cache answers it, and what the simulated caches would keep of that."""

    body: bytes
    answer: bytes
    whole: Part
    calls: tuple[tuple[Part, ...], ...]


@dataclass(slots=True)
class _OneStore(Stores):
    """This one, whatever the settings are."""

    store: OpenStore | None = None

    def get(self, settings: FieldCacheSettings) -> OpenStore | None:
        return self.store


class Router:
    """In this process, over HTTP without sockets; subgraphs are asked over real ones."""

    def __init__(self, client: httpx.AsyncClient, calls: list[Call]) -> None:
        self._client = client
        self._calls = calls

    async def ask(self, body: bytes) -> tuple[bytes, list[Call]]:
        """The answer, and what it took. Raises httpx.HTTPError."""
        headers = {"content-type": "application/json"}
        response = await self._client.post("/graphql", content=body, headers=headers)
        for _ in range(_TURNS):
            await sleep(0)
        calls = list(self._calls)
        self._calls.clear()
        return response.raise_for_status().content, calls


@asynccontextmanager
async def router(supergraph: Supergraph, store: CountingStore | None = None) -> AsyncIterator[Router]:
    """With a cache where there is a store. Subgraphs are where the supergraph says."""
    calls: list[Call] = []
    settings = RouterSettings(cache=FieldCacheSettings.model_validate({"policy": _POLICY}))
    lasting = Lasting(stores=_OneStore(store=OpenStore(store) if store is not None else None))
    async with httpx.AsyncClient(trust_env=False) as upstream:
        transports = {
            info.name: CountingTransport(info.name, info.url or "", upstream, calls)
            for info in supergraph.subgraphs.values()
        }
        app = create_app(settings, supergraph, transports=transports, lasting=lasting)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router") as client,
        ):
            yield Router(client, calls)


async def learn(supergraph: Supergraph, queries: Iterable[Operation], count: int) -> list[Known]:
    """The first so many that are answered without errors."""
    found: list[Known] = []
    async with router(supergraph) as plain:
        for query in queries:
            variables = msgspec.json.encode(query.variables)
            body = msgspec.json.encode({"query": query.text, "variables": msgspec.Raw(variables)})
            answer, calls = await plain.ask(body)
            if not calls or "errors" in msgspec.json.decode(answer):
                continue
            whole = whole_answer(query.text, variables, answer)
            found.append(Known(body, answer, whole, tuple(map(parts_of, calls))))
            if len(found) == count:
                break
    return found


async def replay(supergraph: Supergraph, known: list[Known], requests: int, seed: int) -> AsyncIterator[Step]:
    """One step for each request. Raises OtherAnswerError."""
    source = random.Random(seed)
    store = CountingStore(MemoryStore(time.monotonic, _BYTES))
    whole, by_query = WholeAnswers(), EntityQueries()
    asked: set[bytes] = set()
    entities: set[str] = set()
    async with router(supergraph, store) as cached:
        for _ in range(requests):
            query = source.choice(known)
            answer, calls = await cached.ask(query.body)
            if answer != query.answer:
                raise OtherAnswerError(f"{query.body!r} is answered {answer!r}, not {query.answer!r}")
            found, fetched = store.take()
            fresh = {entity for entity, _ in fetched} - entities
            shares = {
                FIELDS: Share(len(found - fetched), len(found | fetched), len(calls)),
                ENTITY_QUERIES: by_query.ask(query.calls),
                WHOLE_ANSWERS: whole.ask(query.whole, len(query.calls)),
            }
            yield Step(query.body not in asked, len(fresh), len(query.calls), shares)
            asked.add(query.body)
            entities |= fresh
