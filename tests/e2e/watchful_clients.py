"""Clients that ask routers all the time, change what they ask for, and look whether an answer is one that may be given."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.e2e.versions import CHANGED, QUIET, now

QUERIES = (
    "query($id: ID!) { note(id: $id) { id version marks clock } }",
    "query($id: ID!) { note(id: $id) { id marks } }",
    "query($id: ID!) { note(id: $id) { id clock version } notes { id } }",
    "{ notes { id version marks } }",
    "{ notes { id clock } }",
)
MUTATIONS = (
    "mutation($id: ID!) { write(id: $id) { id version } }",
    "mutation($id: ID!) { mark(id: $id) { id marks } }",
)
_READERS, _WRITERS = 24, 3
_PATIENCE = aiohttp.ClientTimeout(total=60)


class WatchfulClients:
    """A context manager; they have stopped at its end. `longest`: milliseconds after which nothing is believed."""

    def __init__(self, urls: Sequence[str], longest: int) -> None:
        self.failed: list[str] = []
        self.wrong: list[str] = []
        self.slowest = 0.0
        self.answered: Counter[str] = Counter()
        """Queries and mutations, by the URL of who answered them."""
        self._urls = urls
        self._longest = longest
        self._acknowledged: Counter[tuple[str, str]] = Counter()
        self._session: aiohttp.ClientSession | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    @asynccontextmanager
    async def once(self) -> AsyncIterator[Self]:
        """Nobody asks but the test."""
        async with aiohttp.ClientSession(timeout=_PATIENCE) as self._session:
            yield self

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=_PATIENCE)
        for number in range(_READERS):
            self._tasks.append(asyncio.create_task(self._read_again(random.Random(number))))
        for number in range(_WRITERS):
            self._tasks.append(asyncio.create_task(self._write_again(random.Random(number))))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping = True
        await asyncio.gather(*self._tasks)
        assert self._session is not None
        await self._session.close()

    async def go_on(self, queries: int = 100, mutations: int = 4) -> None:
        """Until so many more have been answered, by each of the routers."""
        before = dict(self.answered)
        expected = {
            f"{kind} {url}": count
            for url in self._urls
            for kind, count in (("query", queries), ("mutation", mutations))
        }
        async with asyncio.timeout(60):
            while any(  # noqa: ASYNC110  nobody is told
                self.answered[name] - before.get(name, 0) < count for name, count in expected.items()
            ):
                await asyncio.sleep(0.01)

    async def query(self, url: str, text: str, **variables: str) -> None:
        """Once."""
        known, begun = Counter(self._acknowledged), now()
        data = await self._ask("query", url, text, variables)
        for note in _notes(data):
            for field, value in note.items():
                if field == "clock":
                    if value < begun - self._longest:
                        self.wrong.append(f"{url} {text} {note}: {begun - value} ms old")
                elif field != "id" and value < known[field, note["id"]]:
                    self.wrong.append(f"{url} {text} {note}: {known[field, note['id']]} was acknowledged")

    async def mutate(self, url: str, text: str, **variables: str) -> None:
        """Once."""
        data = await self._ask("mutation", url, text, variables)
        for note in _notes(data):
            for field in note.keys() - {"id"}:
                key = field, note["id"]
                self._acknowledged[key] = max(self._acknowledged[key], note[field])

    async def _read_again(self, chance: random.Random) -> None:
        while not self._stopping:
            text = chance.choice(QUERIES)
            variables = {"id": chance.choice(CHANGED + QUIET)} if "$id" in text else {}
            await self.query(chance.choice(self._urls), text, **variables)
            await asyncio.sleep(chance.random() * 0.05)

    async def _write_again(self, chance: random.Random) -> None:
        while not self._stopping:
            await self.mutate(chance.choice(self._urls), chance.choice(MUTATIONS), id=chance.choice(CHANGED))
            await asyncio.sleep(chance.random() * 0.1)

    async def _ask(self, kind: str, url: str, text: str, variables: dict[str, str]) -> Any:
        assert self._session is not None
        begun = time.monotonic()
        try:
            body = {"query": text, "variables": variables}
            async with self._session.post(f"{url}/graphql", json=body) as response:
                answer = await response.read()
            found = json.loads(answer)
            if response.status != 200 or "errors" in found:
                self.failed.append(f"{url} {text}: {response.status} {answer!r}")
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            self.failed.append(f"{url} {text}: {error!r}")
            return None
        self.slowest = max(self.slowest, time.monotonic() - begun)
        self.answered[f"{kind} {url}"] += 1
        return found.get("data")


def _notes(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, list):
        for each in data:
            yield from _notes(each)
    elif isinstance(data, dict):
        if "id" in data:
            yield data
        else:
            yield from _notes(list(data.values()))
