"""Normalised selections, as text: guards in brackets, conditions behind @."""

import pytest
from graphql import (
    FragmentDefinitionNode,
    OperationDefinitionNode,
    build_schema,
    is_abstract_type,
    is_object_type,
    parse,
)

from router.operation.normalize import Normalizer
from router.operation.selection import SelectionSet

SCHEMA = build_schema(
    """
    directive @live(every: Int) on FIELD
    type Query { node: Node pet: Pet dog: Dog pets(first: Int): [Pet] }
    interface Node { id: ID! }
    interface Named implements Node { id: ID! name: String }
    type Dog implements Node & Named { id: ID! name: String barks: Boolean friend: Dog }
    type Cat implements Node & Named { id: ID! name: String lives: Int }
    type Fish implements Node { id: ID! }
    union Pet = Dog | Cat
    """
)
POSSIBLE = {
    name: frozenset((name,))
    if is_object_type(type_)
    else frozenset(t.name for t in SCHEMA.get_possible_types(type_))
    for name, type_ in SCHEMA.type_map.items()
    if is_object_type(type_) or is_abstract_type(type_)
}

CASES = {
    "fragments on the same type vanish": ("{ dog { ... on Dog { name ... { barks } } } }", "dog{name barks}"),
    "fragments on an interface vanish in an object": (
        "{ dog { ... on Named { name } ... on Node { id } } }",
        "dog{name id}",
    ),
    "fragments that never match are dropped": ("{ dog { ... on Cat { lives } id } }", "dog{id}"),
    "fragments on an object guard its fields": ("{ pet { ... on Dog { barks } } }", "pet{[Dog]Dog.barks}"),
    "an interface that holds all values needs no guard": (
        "{ pet { ... on Named { name } } }",
        "pet{Named.name}",
    ),
    "nested fragments intersect": (
        "{ node { ... on Named { ... on Dog { name } } } }",
        "node{[Dog]Dog.name}",
    ),
    "an intersection of one type is that type": (
        "{ node { ... on Dog { ... on Named { name } } } }",
        "node{[Dog]Dog.name}",
    ),
    "an interface inside another": ("{ node { ... on Named { name } } }", "node{[Cat,Dog]Named.name}"),
    "equal fields are one": ("{ dog { id id friend { id } friend { name } } }", "dog{id friend{id name}}"),
    "aliases and arguments tell fields apart": (
        "{ a: pets(first: 1) { __typename } b: pets(first: 2) { __typename } }",
        "a:pets(first:1){__typename} b:pets(first:2){__typename}",
    ),
    "named fragments": ("{ dog { ...F ...F } } fragment F on Dog { id }", "dog{id}"),
    "constant conditions": (
        "{ dog { id @include(if: true) name @skip(if: true) barks @include(if: false) } }",
        "dog{id}",
    ),
    "conditions of variables": (
        "query ($a: Boolean!, $b: Boolean!) { dog { id @include(if: $a) name @skip(if: $b) } }",
        "dog{id@a name@!b}",
    ),
    "conditions of fragments go to their fields": (
        "query ($a: Boolean!, $b: Boolean!) { dog { ... @include(if: $a) { id name @skip(if: $b) } } }",
        "dog{id@a name@a@!b}",
    ),
    "a condition and its contrary": (
        "query ($a: Boolean!) { dog { ... @include(if: $a) { id @skip(if: $a) name } } }",
        "dog{name@a}",
    ),
    "a stronger condition is absorbed": (
        "query ($a: Boolean!) { dog { id @include(if: $a) id friend @include(if: $a) { id } friend { name } } }",
        "dog{id friend{name id@a}}",
    ),
    "different conditions stay apart": (
        "query ($a: Boolean!, $b: Boolean!) { dog { friend @include(if: $a) { id } friend @include(if: $b) { name } } }",
        "dog{friend@a{id} friend@b{name}}",
    ),
    "own directives are part of a field": ("{ dog { id @live(every: 3) } }", "dog{id@live(every: 3)}"),
    "introspection stays whole": ("{ __schema { types { name } } dog { id } }", "__schema dog{id}"),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_normalize(text: str, expected: str) -> None:
    document = parse(text)
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    found = Normalizer(SCHEMA, POSSIBLE, fragments).normalize(operation.selection_set, "Query")
    assert show(found) == expected


def test_a_bomb_of_fragments_costs_no_more_than_its_fields() -> None:
    levels = 60
    bomb = "".join(f"fragment F{i} on Dog {{ ...F{i + 1} ...F{i + 1} }} " for i in range(levels))
    document = parse(f"{{ dog {{ ...F0 }} }} {bomb} fragment F{levels} on Dog {{ id }}")
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert (
        show(Normalizer(SCHEMA, POSSIBLE, fragments).normalize(operation.selection_set, "Query")) == "dog{id}"
    )


def show(selections: SelectionSet) -> str:
    parts = []
    for field in selections.fields:
        guard = f"[{','.join(sorted(field.types))}]" if field.types is not None else ""
        on = f"{field.on}." if field.on != selections.type else ""
        alias = f"{field.key}:" if field.key != field.name else ""
        conditions = "".join(f"@{'' if value else '!'}{name}" for name, value in sorted(field.conditions))
        below = f"{{{show(field.selections)}}}" if field.selections is not None else ""
        parts.append(f"{guard}{on}{alias}{field.signature}{conditions}{below}")
    return " ".join(parts)
