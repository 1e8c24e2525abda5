"""What the clients send is what it is said to be."""

import json
from collections import Counter
from itertools import islice
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema, parse, validate
from graphql.execution.values import get_variable_values

from benchmarks.gateway.graphs import own_graph
from benchmarks.gateway.memory.mix import Kind, Sent, requests
from router.federation.supergraph import Supergraph

GRAPH = own_graph()
SCHEMA = Supergraph.parse(GRAPH.sdl).api_schema
REPEATED = [query.body for query in GRAPH.queries.values()]
COUNT = 2000
LONGEST = 100_000
"""Characters of a query: the router's default limit."""


@pytest.fixture(scope="module")
def sent() -> list[Sent]:
    return list(islice(requests(SCHEMA, REPEATED, seed=1), COUNT))


def is_valid(schema: GraphQLSchema, body: bytes) -> bool:
    try:
        request: Any = json.loads(body)
        document = parse(request["query"], max_tokens=10_000)
    except (ValueError, TypeError, KeyError, GraphQLError, RecursionError):
        return False
    if len(request["query"]) > LONGEST or validate(schema, document):
        return False
    variables = request.get("variables") or {}
    definitions = document.definitions[0].variable_definitions or ()  # type: ignore[attr-defined]
    return isinstance(variables, dict) and not isinstance(
        get_variable_values(schema, definitions, variables), list
    )


def test_shares_are_as_named(sent: list[Sent]) -> None:
    assert sum(kind.value for kind in Kind) == 100
    counts = Counter(each.kind for each in sent)
    for kind in Kind:
        assert counts[kind] / COUNT == pytest.approx(kind.value / 100, abs=0.03)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.INVALID])
def test_what_should_be_answered_is_valid(sent: list[Sent], kind: Kind) -> None:
    bodies = [each.body for each in sent if each.kind is kind][:200]
    assert all(is_valid(SCHEMA, body) for body in bodies)


def test_what_is_invalid_is_so_in_many_ways(sent: list[Sent]) -> None:
    bodies = [each.body for each in sent if each.kind is Kind.INVALID]
    assert not any(is_valid(SCHEMA, body) for body in bodies)
    assert len({body[:12] for body in bodies}) >= 4
    assert len(set(bodies)) == len(bodies)


def test_new_ones_are_new_and_some_come_again(sent: list[Sent]) -> None:
    new = [each.body for each in sent if each.kind is Kind.NEW]
    again = {each.body for each in sent if each.kind is Kind.AGAIN}
    assert len(set(new)) == len(new)
    assert len(again & set(new)) > len(again) / 2
