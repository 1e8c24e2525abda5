"""Two subgraphs of notes whose values tell how old they are: counts that only grow, by mutations alone, and the time of day."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

from graphql import DocumentNode, GraphQLResolveInfo, execute_sync, parse

from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from tests.planner.universe import subgraph_schema

HEAD = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
SDLS = {
    "notes": """
        type Query { note(id: ID!): Note notes: [Note!]! }
        type Mutation { write(id: ID!): Note! }
        type Note @key(fields: "id") { id: ID! version: Int! clock: Int! }
    """,
    "marks": """
        type Mutation { mark(id: ID!): Note! }
        type Note @key(fields: "id") { id: ID! marks: Int! }
    """,
}
CHANGED = ("1", "2", "3", "4")
QUIET = ("5", "6")
"""Notes that nobody changes while there is load."""
_COUNTED: Mapping[str, str] = {"write": "version", "mark": "marks"}


def now() -> int:
    """Milliseconds, as `Note.clock` has them."""
    return int(time.monotonic() * 1000)


class Versions:
    """A context manager: both subgraphs serve over HTTP. `calls` counts requests to each, `pause` is for the longest
    that one thinks, before and after it looks, in seconds."""

    def __init__(self, pause: float = 0.004) -> None:
        composed = compose([Subgraph(name, f"http://{name}", HEAD + sdl) for name, sdl in SDLS.items()])
        self.sdl = composed.supergraph_sdl
        self.calls: Counter[str] = Counter()
        self.counts: Counter[tuple[str, str]] = Counter()
        """By field and note."""
        self.pause = pause
        self.thinks = 0.0
        """Seconds that a call takes beside that."""
        self._supergraph = Supergraph.parse(self.sdl)
        self._schemas = {name: subgraph_schema(self._supergraph, name) for name in SDLS}
        self._servers: dict[str, asyncio.Server] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def urls(self) -> dict[str, str]:
        return {
            name: f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            for name, server in self._servers.items()
        }

    async def __aenter__(self) -> Self:
        for name in SDLS:
            self._servers[name] = await self._serve(name)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for server in self._servers.values():
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, name: str) -> asyncio.Server:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            try:
                while True:
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                    body = await self._answer(name, json.loads(await reader.readexactly(length)))
                    writer.write(
                        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
                        % (len(body), body)
                    )
            except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                pass
            finally:
                writer.close()

        return await asyncio.start_server(accept, "127.0.0.1", 0)

    async def _answer(self, name: str, request: dict[str, Any]) -> bytes:
        self.calls[name] += 1
        await asyncio.sleep(self.thinks + random.random() * self.pause)
        result = execute_sync(
            self._schemas[name],
            _parse(request["query"]),
            variable_values=request.get("variables"),
            field_resolver=self._resolve,
            type_resolver=lambda _source, _info, _type: "Note",
        )
        assert not result.errors, result.errors
        await asyncio.sleep(random.random() * self.pause)
        return json.dumps(result.formatted).encode()

    def _resolve(self, source: str | None, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        """A note is its id."""
        if info.field_name == "_entities":
            return [each["id"] for each in arguments["representations"]]
        if info.field_name == "notes":
            return [*CHANGED, *QUIET]
        if source is None:
            if counted := _COUNTED.get(info.field_name):
                self.counts[counted, arguments["id"]] += 1
            return arguments["id"]
        if info.field_name == "clock":
            return now()
        return source if info.field_name == "id" else self.counts[info.field_name, source]


@lru_cache(maxsize=1000)
def _parse(text: str) -> DocumentNode:
    return parse(text)
