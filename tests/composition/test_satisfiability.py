"""What can be answered across subgraphs, and the reasons that are given where it cannot."""

import pytest

from router.composition import CompositionError, compose
from tests.composition.composition_cases import subgraph

SATISFIABLE = {
    "a chain of keys": {
        "a": 'type Query { t: T } type T @key(fields: "id") { id: ID }',
        "b": 'type T @key(fields: "id") @key(fields: "sku") { id: ID sku: ID }',
        "c": 'type T @key(fields: "sku") { sku: ID x: Int }',
    },
    "a nested key whose parts come from two subgraphs": {
        "a": 'type Query { t: T } type T @key(fields: "id") { id: ID o: O @shareable } type O @key(fields: "id") { id: ID }',
        "b": 'type T @key(fields: "o { n }") { o: O @shareable x: Int } type O @shareable { n: Int }',
        "c": 'type O @key(fields: "id") { id: ID n: Int @shareable }',
    },
    "a field that is only provided": {
        "a": 'type Query { t: T @provides(fields: "n") } type T @key(fields: "id") { id: ID n: Int @external }',
        "b": 'type T @key(fields: "id", resolvable: false) { id: ID n: Int @shareable }',
    },
    "a requirement that a third subgraph satisfies": {
        "a": 'type Query { t: T } type T @key(fields: "id") { id: ID }',
        "b": 'type T @key(fields: "id") { id: ID n: Int @external x: Int @requires(fields: "n") }',
        "c": 'type T @key(fields: "id") { id: ID n: Int }',
    },
    "types that one subgraph never returns": {
        "a": "type Query { u: U } union U = A type A @shareable { x: Int }",
        "b": "union U = A | B type A @shareable { x: Int } type B { y: Int }",
    },
    "fields that clients do not see": {
        "a": "type Query { t: T } type T @shareable { x: Int }",
        "b": "type T @shareable { x: Int y: Int @inaccessible }",
    },
    "implementations by way of an interface object": {
        "a": 'type Query { i: I } type I @interfaceObject @key(fields: "id") { id: ID n: Int }',
        "b": 'interface I @key(fields: "id") { id: ID } type T implements I @key(fields: "id") { id: ID x: Int }',
    },
    "an override that moves the key's field": {
        "a": 'type Query { t: T } type T @key(fields: "id") { id: ID x: Int @override(from: "b") }',
        "b": 'type Query { u: T } type T @key(fields: "id") { id: ID x: Int y: Int }',
    },
    "both sides of a progressive override": {
        "a": 'type Query { t: T } type T @key(fields: "id") { id: ID x: Int @override(from: "b", label: "half") }',
        "b": 'type Query { u: T } type T @key(fields: "id") { id: ID x: Int }',
    },
    "a mutation that one of two subgraphs can answer": {
        "a": "type Query { q: Int } type Mutation { m: T @shareable } type T @shareable { x: Int }",
        "b": "type Mutation { m: T @shareable } type T @shareable { x: Int y: Int }",
    },
    "root types that are met again": {
        "a": "type Query { t: T } type T { q: Query }",
        "b": "type Query { x: Int }",
    },
    "types that contain each other": {
        "a": 'type Query { t: T } type T @key(fields: "id") { id: ID t: T }',
        "b": 'type T @key(fields: "id") { id: ID u: T }',
    },
}


@pytest.mark.parametrize("name", SATISFIABLE)
def test_accepts(name: str) -> None:
    compose([subgraph(key, sdl) for key, sdl in SATISFIABLE[name].items()])


REASONS = {
    "no way to the other subgraph": (
        {
            "a": "type Query { list(first: Int!): [T] } type T @shareable { id: ID }",
            "b": "type T @shareable { id: ID x: Int }",
        },
        """The following supergraph API query:
{
  list(first: 0) {
    x
  }
}
cannot be satisfied by the subgraphs because:
- from subgraph "a":
  - cannot find field "T.x".
  - cannot move to subgraph "b", which has field "T.x", because type "T" has no @key defined in subgraph "b".""",
    ),
    "a key that is not there": (
        {
            "a": 'type Query { t: T } type T @key(fields: "id") { id: ID }',
            "b": 'type T @key(fields: "sku") { sku: ID o: O } type O { y: Int }',
        },
        """The following supergraph API query:
{
  t {
    o {
      ...
    }
  }
}
cannot be satisfied by the subgraphs because:
- from subgraph "a":
  - cannot find field "T.o".
  - cannot move to subgraph "b" using @key(fields: "sku") of "T", the key field(s) cannot be resolved from subgraph "a".""",
    ),
    "a key whose field another subgraph has taken over": (
        {
            "a": 'type Query { t: T } type T @key(fields: "k") { k: ID @override(from: "b") x: Int }',
            "b": 'type Query { u: T } type T @key(fields: "k") { k: ID }',
        },
        """The following supergraph API query:
{
  u {
    k
  }
}
cannot be satisfied by the subgraphs because:
- from subgraph "b":
  - field "T.k" is not resolvable because it is overridden by subgraph "a".
  - cannot move to subgraph "a" using @key(fields: "k") of "T", the key field(s) cannot be resolved from subgraph "b" (note that some of those key fields are overridden in "b").""",
    ),
    "no key to come back for a requirement": (
        {
            "a": 'type Query { t: T } type T { n: Int @external x: Int @requires(fields: "n") id: ID @shareable }',
            "b": 'type T @key(fields: "id") { id: ID n: Int }',
        },
        """The following supergraph API query:
{
  t {
    x
  }
}
cannot be satisfied by the subgraphs because:
- from subgraph "a": @require condition on field "T.x" can be satisfied but missing usable key on "T" in subgraph "a" to resume query.
- from subgraph "b": cannot find field "T.x".""",
    ),
}


@pytest.mark.parametrize("name", REASONS)
def test_says_why_not(name: str) -> None:
    subgraphs, expected = REASONS[name]
    with pytest.raises(CompositionError) as caught:
        compose([subgraph(key, sdl) for key, sdl in subgraphs.items()])
    assert expected in [problem.message for problem in caught.value.problems]
    assert {problem.code for problem in caught.value.problems} == {"SATISFIABILITY_ERROR"}
