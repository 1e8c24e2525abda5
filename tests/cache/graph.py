"""A small graph behind the cache, of which a test sees every request to a subgraph, and whose world it can change."""

import asyncio
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from graphql import OperationType, execute_sync, parse, validate

from router.cache.field_cache import FieldCache
from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore
from router.cache.settings import FieldCacheSettings
from router.cache.store import FieldStore
from router.cache.usage import Usage
from router.composition import compose
from router.executor.answer_shape import AnswerShapes
from router.executor.context import ExecutionContext
from router.executor.run import Runner
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from router.operation import coerce_variables, load_operation
from router.planner import plan
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse, SubgraphTransport
from tests.planner.universe import subgraph_schema

HEAD = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external", "@requires"])\n'
JSON = {"content-type": "application/json"}


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Call:
    """One request to a subgraph."""

    subgraph: str
    query: str
    variables: dict[str, Any]


Row = dict[str, Any]


class Upstream:
    """A subgraph over tables. It refuses what is not valid, as a real one does."""

    def __init__(self, name: str, world: "World") -> None:
        self._name = name
        self._world = world
        self._schema = subgraph_schema(world.supergraph, name)

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        world = self._world
        world.calls.append(Call(self._name, request.query, request.variables))
        document = parse(request.query)
        assert not validate(self._schema, document), request.query
        await world.pause()
        if world.failure is not None:
            raise world.failure
        result = execute_sync(
            self._schema,
            document,
            variable_values=request.variables,
            field_resolver=lambda source, info, **args: self._resolve(source, info.field_name, args),
            type_resolver=lambda row, _info, _type: row["__typename"],
        )
        await world.gate.wait()
        await world.pause()
        answer = {**result.formatted, **({"extensions": world.extensions} if world.extensions else {})}
        return SubgraphResponse(msgspec.json.encode(answer), 200, {**JSON, **world.headers})

    def _resolve(self, source: Row | None, field_name: str, args: dict[str, Any]) -> Any:
        if field_name == "_entities":
            return [self._world.sent(each) for each in args["representations"]]
        row = self._world.rows["Query"] if source is None else source
        value = row[field_name]
        if callable(value):
            value = value(**args)
        if isinstance(value, Exception):
            raise value
        return (
            [self._world.row(each) for each in value] if isinstance(value, list) else self._world.row(value)
        )


@dataclass
class World:
    """`rows` by `Type:id`, and `Query`; `"Type:id"` in a row is a reference. `gate` holds up answers that are worked out."""

    supergraph: Supergraph
    rows: dict[str, Row]
    settings: FieldCacheSettings
    store: FieldStore
    clock: Clock
    calls: list[Call] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    headers: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)
    failure: SubgraphError | None = None
    keeps_answers: bool = False
    """Whole ones, too, as the router does."""
    haste: float = 0.0
    """Of every request."""
    compares: bool = False
    """Every request, what it finds."""
    pauses: Iterator[int] = field(default_factory=lambda: itertools.repeat(0))
    """Turns of the event loop for which a subgraph thinks, before and after it looks at its rows."""

    def __post_init__(self) -> None:
        self.gate.set()
        self.cache = FieldCache(self.supergraph, self.settings, OpenStore(self.store), self.clock, 0.01)
        self.transports: Mapping[str, SubgraphTransport] = self.cache.around(
            {name: Upstream(name, self) for name in self.supergraph.subgraphs}
        )

    async def ask(
        self, text: str, variables: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """The response map, when everything that follows from it is done."""
        found = await self.ask_at_once(text, variables, headers)
        await self.cache.close()
        return found

    async def ask_at_once(
        self, text: str, variables: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        answers = self.cache.answers if self.keeps_answers else None
        key = text, repr(variables), repr(headers)
        kept = answers.get(key, self.haste) if answers is not None else None
        if kept is not None:
            return msgspec.json.decode(kept.body)
        operation = load_operation(self.supergraph, text)
        is_query = operation.kind is OperationType.QUERY
        moment = answers.moment if answers is not None else 0
        usage = Usage(moment, haste=self.haste, clock=self.clock) if is_query else None
        if usage is not None:
            usage.compares = self.compares
        context = ExecutionContext(
            self.supergraph.schema,
            self.supergraph.api_schema,
            self.transports,
            AnswerShapes(self.supergraph.schema),
            coerce_variables(self.supergraph, operation, variables or {}),
            headers or {},
            interface_objects=self.supergraph.interface_objects,
            usage=usage,
        )
        found = await Runner(plan(self.supergraph, operation), None).run(operation, context)
        if answers is not None and usage is not None:
            answers.put(key, found, usage)
        return msgspec.json.decode(found)

    def row(self, value: Any) -> Any:
        """What a reference or a representation is of; everything else is itself."""
        if (
            isinstance(value, str)
            and value.partition(":")[0] in self.supergraph.possible_types
            and ":" in value
        ):
            found = self.rows.get(value)
            return found and {"__typename": value.partition(":")[0], **found}
        if isinstance(value, dict) and "__typename" in value and "id" in value:
            found = self.rows.get(f"{value['__typename']}:{value['id']}")
            return found and {**value, **found}
        return value

    def sent(self, representation: Row) -> Any:
        """The entity of a representation, under whatever key."""
        if "id" in representation:
            return self.row(representation)
        given = representation.items() - {"__typename": representation["__typename"]}.items()
        for name, row in self.rows.items():
            if name.startswith(f"{representation['__typename']}:") and given <= row.items():
                return {**representation, **row}
        return None

    async def pause(self) -> None:
        for _ in range(next(self.pauses)):
            await asyncio.sleep(0)

    def taken_calls(self) -> list[Call]:
        """Those since the last time."""
        found, self.calls = self.calls, []
        return found


def world(
    sdls: Mapping[str, str],
    rows: dict[str, Row],
    settings: Mapping[str, Any] | None = None,
    store: FieldStore | None = None,
) -> World:
    """Everything may be kept for a minute, unless `settings` say something else."""
    supergraph = Supergraph.parse(
        compose([Subgraph(name, f"http://{name}", HEAD + sdl) for name, sdl in sdls.items()]).supergraph_sdl
    )
    clock = Clock()
    given = {"policy": {"*": {"maxAge": 60}}, "jitter": 0, **(settings or {})}
    return World(
        supergraph,
        rows,
        FieldCacheSettings.model_validate(given),
        store or MemoryStore(clock, 10_000_000),
        clock,
    )
