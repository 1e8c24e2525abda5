"""What is left of an answer for whoever may not see all of it, on random graphs with random demands."""

import random
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    Visitor,
    is_composite_type,
    is_introspection_type,
    parse,
    print_ast,
    visit,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from router.composition import compose
from router.federation.authorization import Demand, DemandKind, GraphDemands
from router.federation.supergraph import Supergraph
from router.pipeline import GraphQLRequest, Pipeline
from router.preparation import PreparationOptions
from router.security.principal import Principal
from tests.planner.random_graph import RandomGraph, random_operation
from tests.planner.universe import SubgraphMock, Universe
from tests.security.reference import Reference

SCOPES = ("a", "b", "c")
GRAPHS = {seed: Supergraph.parse(compose(RandomGraph(seed).subgraphs).supergraph_sdl) for seed in range(12)}
CLAIMS: tuple[Mapping[str, Any] | None, ...] = (None, {}, {"scope": "a"}, {"scope": "a b"}, {"scope": "c"})


def random_demands(schema: GraphQLSchema, source: random.Random) -> GraphDemands:
    def demands() -> frozenset[Demand]:
        if source.random() < 0.3:
            return frozenset({Demand(DemandKind.AUTHENTICATED)})
        alternatives = frozenset(
            frozenset(source.sample(SCOPES, source.randint(1, 2))) for _ in range(source.randint(1, 2))
        )
        return frozenset({Demand(DemandKind.SCOPES, alternatives)})

    types, fields = {}, {}
    for name, type_ in sorted(schema.type_map.items()):
        if is_introspection_type(type_):
            continue
        if is_composite_type(type_) and name != "Query" and source.random() < 0.15:
            types[name] = demands()
        for field in getattr(type_, "fields", {}) if is_composite_type(type_) else ():
            if source.random() < 0.15:
                fields[name, field] = demands()
    return GraphDemands(types, fields)


def with_named_fragments(text: str, source: random.Random) -> str:
    """The same with some fragments by name, each spread where it stood."""
    found: list[FragmentDefinitionNode] = []

    class Naming(Visitor):
        def leave_inline_fragment(self, node: InlineFragmentNode, *_args: Any) -> FragmentSpreadNode | None:
            if node.type_condition is None or source.random() < 0.5:
                return None
            name = NameNode(value=f"F{len(found)}")
            found.append(
                FragmentDefinitionNode(
                    name=name, type_condition=node.type_condition, selection_set=node.selection_set,
                    directives=(), variable_definitions=(),
                )
            )  # fmt: skip
            return FragmentSpreadNode(name=name, directives=node.directives)

    document = visit(parse(text, no_location=True), Naming())
    return "\n".join(map(print_ast, (*document.definitions, *found)))


@settings(deadline=None, max_examples=150)
@given(
    graph=st.sampled_from(sorted(GRAPHS)),
    seed=st.integers(0, 10_000),
    claims=st.sampled_from(CLAIMS),
    compiled=st.booleans(),
)
async def test_the_answer_is_the_whole_one_with_nulls(
    graph: int, seed: int, claims: Mapping[str, Any] | None, compiled: bool
) -> None:
    source = random.Random(seed)
    supergraph = GRAPHS[graph]
    supergraph.demands = random_demands(supergraph.api_schema, source)
    operation = random_operation(supergraph.api_schema, seed)
    universe = Universe(supergraph, seed)
    transports = {name: SubgraphMock(universe, name) for name in supergraph.subgraphs}
    pipeline = Pipeline(supergraph, transports, PreparationOptions(compiled=compiled))
    text = with_named_fragments(operation.text, source)
    principal = None if claims is None else Principal(claims, repr(claims).encode())
    document = parse(operation.text)
    [definition] = document.definitions
    assert isinstance(definition, OperationDefinitionNode)
    expected = Reference(universe, claims, operation.variables).data(definition.selection_set)
    whole = universe.monolith(operation.text, operation.variables)

    for _ in range(3):  # interpreted, then compiled, then from what is known
        request = GraphQLRequest(text, variables=operation.variables, principal=principal)
        answer = msgspec.json.decode((await pipeline.execute(request)).body)

        assert answer["data"] == expected, text
        assert msgspec.json.encode(answer["data"]) == msgspec.json.encode(expected), "another order"
        codes = {each["extensions"]["code"] for each in answer.get("errors", ())}
        assert codes <= {"UNAUTHORIZED_FIELD_OR_TYPE"}
        assert codes or answer["data"] == whole
    await pipeline.close()


@pytest.mark.parametrize("graph", sorted(GRAPHS))
def test_some_demands_are_met_and_some_are_not(graph: int) -> None:
    """So that the test above is one."""
    supergraph = GRAPHS[graph]
    differ = 0
    for seed in range(20):
        source = random.Random(seed)
        supergraph.demands = random_demands(supergraph.api_schema, source)
        operation = random_operation(supergraph.api_schema, seed)
        universe = Universe(supergraph, seed)
        [definition] = parse(operation.text).definitions
        assert isinstance(definition, OperationDefinitionNode)
        answers = [
            Reference(universe, claims, operation.variables).data(definition.selection_set)
            for claims in CLAIMS
        ]
        differ += any(each != answers[0] for each in answers)
    assert differ > 2
