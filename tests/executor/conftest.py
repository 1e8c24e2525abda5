"""Runs hand-written plans against subgraphs that are functions."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec
import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, build_schema, parse, validate

from router.executor.answer_shape import AnswerShapes
from router.executor.context import ExecutionContext
from router.executor.execute import execute
from router.executor.response import encode
from router.planner.nodes import FetchNode, PlanNode, QueryPlan
from router.upstream.in_process import json_response
from router.upstream.subgraph import SubgraphRequest, SubgraphResponse

Answer: TypeAlias = Mapping[str, Any] | Exception | Callable[[SubgraphRequest], Mapping[str, Any]]


@dataclass
class FakeSubgraph:
    """Gives one answer, or what a function makes of the request; keeps the requests."""

    answer: Answer
    requests: list[SubgraphRequest] = field(default_factory=list)

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        self.requests.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        answer = self.answer(request) if callable(self.answer) else self.answer
        return json_response(answer)


class NoShapes(AnswerShapes):
    """For plans whose texts do not say what their answers hold."""

    def of(self, node: FetchNode) -> Any:
        """Everything in the answer counts as asked for."""


@dataclass(frozen=True)
class ParsedOperation:
    definition: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]


@dataclass
class Graph:
    """A schema and its subgraphs. `api` is the schema for clients, where it differs."""

    schema: str
    subgraphs: dict[str, FakeSubgraph]
    api: str | None = None

    async def run(
        self,
        plan: PlanNode | None,
        operation: str,
        variables: Mapping[str, Any] | None = None,
        **context: Any,
    ) -> dict[str, Any]:
        schema = build_schema(self.schema)
        api_schema = build_schema(self.api) if self.api else schema
        document = parse(operation)
        assert not validate(api_schema, document)
        parsed = ParsedOperation(
            next(d for d in document.definitions if isinstance(d, OperationDefinitionNode)),
            {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)},
        )
        result = await execute(
            QueryPlan(plan),
            parsed,
            ExecutionContext(
                schema, api_schema, self.subgraphs, NoShapes(schema), variables or {}, **context
            ),
        )
        response: dict[str, Any] = msgspec.json.decode(encode(result))
        return response


MakeGraph: TypeAlias = Callable[..., Graph]
Run: TypeAlias = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def graph() -> MakeGraph:
    """`graph(sdl, a=answer, b=answer)`: a graph with fake subgraphs a and b."""

    def make(schema: str, *, api: str | None = None, **answers: Answer) -> Graph:
        return Graph(schema, {name: FakeSubgraph(answer) for name, answer in answers.items()}, api)

    return make
