"""Projection against graphql-core's own execution of the same operation over the same data."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLType,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute_sync,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    parse,
    validate,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from router.executor.context import ExecutionContext
from router.executor.execute import execute
from router.planner.nodes import FetchNode, QueryPlan
from router.upstream.in_process import json_response
from router.upstream.subgraph import SubgraphRequest, SubgraphResponse
from tests.executor.conftest import NoShapes

# Fields of one name have one type everywhere, so that any selections can be merged.
SCHEMA = build_schema("""
type Query { me: User node: Node strict: Node! nodes: [Node!] found: [Found]! matrix: [[Int!]]! count: Int! }
interface Node { id: ID! label: String }
interface Owned implements Node { id: ID! label: String owner: User! }
type User implements Node { id: ID! label: String friend: User color: Color! ratio: Float flag: Boolean! }
type Team implements Node & Owned { id: ID! label: String owner: User! members: [User!]! scores: [Int] }
type Item implements Node & Owned { id: ID! label: String owner: User! matrix: [[Int!]]! any: JSON }
union Found = User | Item
scalar JSON
enum Color { RED GREEN }
""")

DEPTH = 3
FETCH = QueryPlan(FetchNode("s", "{ignored}", OperationType.QUERY, ()))

SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "Int": st.integers(-(2**31), 2**31 - 1),
    "Float": st.floats(allow_nan=False, allow_infinity=False),
    "String": st.text(max_size=3),
    "Boolean": st.booleans(),
    "ID": st.text(max_size=3) | st.integers(0, 99).map(str),
    "JSON": st.recursive(
        st.none() | st.integers() | st.text(max_size=2), lambda x: st.lists(x, max_size=2), max_leaves=3
    ),
}
# Neither side can represent an empty object as a leaf.
WRONG_LEAF: st.SearchStrategy[Any] = st.just({})


@st.composite
def values(draw: st.DrawFn, type_: GraphQLType, depth: int, words: frozenset[str]) -> Any:
    """A value for the type: mostly right, sometimes null where it must not be, sometimes of another shape."""
    nullable = not isinstance(type_, GraphQLNonNull)
    inner = type_ if nullable else type_.of_type
    if draw(st.integers(0, 19)) < (4 if nullable else 1):
        return None
    if isinstance(inner, GraphQLList):
        if draw(st.integers(0, 29)) == 0:
            return 5
        return draw(st.lists(values(inner.of_type, depth, words), max_size=3))
    named = get_named_type(inner)
    if is_composite_type(named):
        return draw(objects(named, depth - 1, words)) if depth else None
    if named.name != "JSON" and draw(st.integers(0, 29)) == 0:
        return draw(WRONG_LEAF)
    if is_enum_type(named):
        return draw(st.sampled_from(["RED", "GREEN", "BLUE"]))
    return draw(SCALARS[named.name])


@st.composite
def objects(draw: st.DrawFn, declared: GraphQLNamedType, depth: int, words: frozenset[str]) -> dict[str, Any]:
    """An object as a subgraph answers it: by response key, for every key that occurs in the operation."""
    runtime = (
        draw(st.sampled_from(SCHEMA.get_possible_types(declared))) if is_abstract_type(declared) else declared
    )
    fields = {
        key: draw(values(field.type, depth, words))
        for name, field in runtime.fields.items()
        for key in (name, f"{name}_alias")
        if key in words
    }
    wrong = is_abstract_type(declared) and draw(st.integers(0, 29)) == 0
    return {
        "__typename": draw(st.sampled_from(["Query", "Node", "Nowhere"])) if wrong else runtime.name,
        **fields,
    }


CONDITIONS = [
    "",
    "",
    "",
    "",
    " @skip(if: $yes)",
    " @include(if: $yes)",
    " @include(if: false)",
    " @skip(if: $no)",
]


@st.composite
def selections(draw: st.DrawFn, parent: GraphQLNamedType, depth: int) -> str:
    """A selection set on the type."""
    parts = [draw(selection(parent, depth)) for _ in range(draw(st.integers(1, 4)))]
    return "{ " + " ".join(parts) + " }"


@st.composite
def selection(draw: st.DrawFn, parent: GraphQLNamedType, depth: int) -> str:
    condition = draw(st.sampled_from(CONDITIONS))
    kind = draw(st.sampled_from(["field", "field", "field", "typename", "fragment", "spread"]))
    if kind == "fragment" and depth:
        overlapping = [t for t in SCHEMA.type_map.values() if is_composite_type(t) and overlap(t, parent)]
        on = draw(st.sampled_from(overlapping))
        return f"... on {on.name}{condition} {draw(selections(on, depth - 1))}"
    if kind == "spread" and overlap(SCHEMA.type_map["Node"], parent):
        return f"...OnNode{condition}"
    fields = {} if kind == "typename" or not hasattr(parent, "fields") else parent.fields
    fields = {name: f for name, f in fields.items() if depth or not is_composite_type(get_named_type(f.type))}
    if not fields:
        return f"__typename{condition}"
    name = draw(st.sampled_from(sorted(fields)))
    alias = draw(st.sampled_from(["", f"{name}_alias: "]))
    named = get_named_type(fields[name].type)
    below = draw(selections(named, depth - 1)) if is_composite_type(named) else ""
    return f"{alias}{name}{condition} {below}"


def overlap(one: Any, other: Any) -> bool:
    def possible(type_: Any) -> set[str]:
        return {t.name for t in SCHEMA.get_possible_types(type_)} if is_abstract_type(type_) else {type_.name}

    return not type_is_introspection(one) and bool(possible(one) & possible(other))


def type_is_introspection(type_: GraphQLNamedType) -> bool:
    return type_.name.startswith("__")


class Operation:
    def __init__(self, text: str) -> None:
        self.document = parse(text)
        errors = validate(SCHEMA, self.document)
        assert not [e for e in errors if "never used" not in e.message], (text, errors)
        definitions = self.document.definitions
        self.definition = next(d for d in definitions if isinstance(d, OperationDefinitionNode))
        self.fragments: Mapping[str, FragmentDefinitionNode] = {
            d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)
        }


class Fixed:
    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        return json_response({"data": self.data})


@st.composite
def operations_and_data(draw: st.DrawFn) -> tuple[Operation, dict[str, Any]]:
    text = (
        f"query($yes: Boolean!, $no: Boolean!) {draw(selections(SCHEMA.type_map['Query'], DEPTH))} "
        "fragment OnNode on Node { id __typename ... on User { flag } ... on Owned { owner { label } } }"
    )
    data = draw(objects(SCHEMA.type_map["Query"], DEPTH, frozenset(re.findall(r"\w+", text))))
    return Operation(text), data


VARIABLES = {"yes": True, "no": False}


@settings(max_examples=400, deadline=None)
@given(drawn=operations_and_data())
def test_projects_as_graphql_core_executes(drawn: tuple[Operation, dict[str, Any]]) -> None:
    operation, data = drawn
    expected = execute_sync(
        SCHEMA,
        operation.document,
        root_value=data,
        variable_values=VARIABLES,
        field_resolver=lambda source, info: source.get(info.path.key),
        type_resolver=lambda value, _info, _type: value.get("__typename"),
    )
    context = ExecutionContext(SCHEMA, SCHEMA, {"s": Fixed(data)}, NoShapes(SCHEMA), VARIABLES)
    result = asyncio.run(execute(FETCH, operation, context))

    assert result.data == expected.data
    assert ordered(result.data) == ordered(expected.data)
    assert [error["path"] for error in result.errors] == [error.path for error in expected.errors or ()]


def ordered(value: Any) -> Any:
    """The data with the order of its fields."""
    if isinstance(value, dict):
        return [(key, ordered(item)) for key, item in value.items()]
    return [ordered(item) for item in value] if isinstance(value, list) else value
