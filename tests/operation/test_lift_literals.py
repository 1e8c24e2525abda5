"""Literals of arguments become variables: which, of what type, with what value; and which stay."""

from typing import Any

import pytest
from graphql import print_ast

from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from router.operation import coerce_variables, load_operation
from router.operation.lift_literals import fixed_fields, lift_literals

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@external", "@requires"])
type Query { f(int: Int, float: Float, text: String = "x", id: ID, kind: Kind, on: Boolean!=true, ids: [ID!], in: In, any: Any): T }
type T @key(fields: "id") { id: ID! price(currency: String!): Int g(n: Int): T tree(in: In!): T }
enum Kind { A B }
input In { n: Int! text: String inner: In list: [In!] kind: Kind }
scalar Any
"""
OTHER = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@external", "@requires"])
type T @key(fields: "id") { id: ID! price(currency: String!): Int @external tax: Int @requires(fields: "price(currency: \\"USD\\")") }
"""


@pytest.fixture(scope="module")
def supergraph() -> Supergraph:
    subgraphs = [Subgraph("a", "http://a", SDL), Subgraph("b", "http://b", OTHER)]
    return Supergraph.parse(compose(subgraphs).supergraph_sdl)


def lifted(supergraph: Supergraph, text: str) -> tuple[str, dict[str, Any]]:
    found = lift_literals(supergraph, load_operation(supergraph, text), fixed_fields(supergraph))
    nodes = (found.operation.definition, *found.operation.fragments.values())
    printed = " ".join(" ".join(print_ast(node).split()) for node in nodes)
    # A lifted operation is valid with its values.
    load_operation(supergraph, printed)
    given = {"v": 1, **found.values}
    coerced = coerce_variables(supergraph, found.operation, given)
    assert {name: coerced[name] for name in found.values} == found.values
    return printed, dict(found.values)


@pytest.mark.parametrize(
    ("argument", "type_", "value"),
    [
        ("int: 1", "Int", 1),
        ("float: 1", "Float", 1),
        ("float: 1.5e3", "Float", 1500.0),
        ('text: "a\\n\\u00e9"', "String", "a\né"),
        ('text: """block"""', "String", "block"),
        ("text: null", "String", None),
        ("id: 7", "ID", "7"),
        ('id: "7"', "ID", "7"),
        ("kind: A", "Kind", "A"),
        ("on: false", "Boolean!", False),
        ('ids: ["a", 1]', "[ID!]", ["a", "1"]),
        ("ids: 1", "[ID!]", ["1"]),
        ("in: {n: 1, inner: {n: 2}, kind: B}", "In", {"n": 1, "inner": {"n": 2}, "kind": "B"}),
        ("in: {n: 1, list: {n: 2}}", "In", {"n": 1, "list": [{"n": 2}]}),
        ('any: "2020-01-01"', "Any", "2020-01-01"),
        ("any: 12345678901234567890", "Any", 12345678901234567890),
    ],
)
def test_lifts(supergraph: Supergraph, argument: str, type_: str, value: Any) -> None:
    printed, values = lifted(supergraph, f"{{ f({argument}) {{ id }} }}")
    name = argument.split(":")[0]
    assert printed == f"query ($literal0: {type_}) {{ f({name}: $literal0) {{ id }} }}"
    assert values == {"literal0": value}
    assert type(values["literal0"]) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "{ f(any: { a: 1 }) { id } }",
        "{ f(any: 1.5) { id } }",
        "{ f(any: WORD) { id } }",
        "{ f(float: 1.00000000000000000001) { id } }",
        '{ f { price(currency: "EUR") } }',
        "query ($c: Boolean! = true) { f @include(if: true) { id @skip(if: $c) } }",
        '{ __type(name: "T") { fields(includeDeprecated: true) { name } } }',
    ],
)
def test_leaves(supergraph: Supergraph, text: str) -> None:
    printed, values = lifted(supergraph, text)
    assert values == {}
    assert printed.removeprefix("query ") == text.removeprefix("query ")


def test_literals_beside_variables(supergraph: Supergraph) -> None:
    printed, values = lifted(
        supergraph, "query ($v: Int!) { f(in: {n: $v, list: [{n: 2}, {n: $v}], kind: A}) { id } }"
    )
    assert "f(in: { n: $v, list: [$literal0, { n: $v }], kind: $literal1 })" in printed
    assert "($v: Int!, $literal0: In!, $literal1: Kind)" in printed
    assert values == {"literal0": {"n": 2}, "literal1": "A"}


def test_equal_arguments_stay_equal(supergraph: Supergraph) -> None:
    printed, values = lifted(
        supergraph, "{ f(int: 1) { id } f(int: 1) { g(n: 1) { id } } b: f(int: 2) { id } }"
    )
    assert printed.count("$literal0") == 4
    assert values == {"literal0": 1, "literal1": 2}


def test_fragments_too(supergraph: Supergraph) -> None:
    printed, values = lifted(
        supergraph, "{ f { ...A ... on T { g(n: 2) { id } } } } fragment A on T { x: g(n: 3) { id } }"
    )
    assert "g(n: $literal0)" in printed
    assert "x: g(n: $literal1)" in printed
    assert values == {"literal0": 2, "literal1": 3}


def test_names_that_a_client_took(supergraph: Supergraph) -> None:
    printed, values = lifted(
        supergraph,
        "query ($literal0: Int, $_literal: Int) { f(int: $literal0) { g(n: $_literal) { id } } x: f(int: 5) { id } }",
    )
    assert values == {"__literal0": 5}
    assert "$__literal0: Int" in printed


def test_fields_that_the_graph_asks_with_arguments(supergraph: Supergraph) -> None:
    assert fixed_fields(supergraph) == {"price"}
