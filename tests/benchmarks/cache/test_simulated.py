"""The caches that are beside ours have what real ones would have."""

import json
from typing import Any

from benchmarks.cache.counting import Call
from benchmarks.cache.shares import Share
from benchmarks.cache.simulated import EntityQueries, Part, WholeAnswers, leaves, parts_of, whole_answer


def call(query: str, variables: dict[str, Any], data: Any, subgraph: str = "reviews") -> Call:
    body = json.dumps({"query": query, "variables": variables}).encode()
    return Call(subgraph, body, json.dumps({"data": data}).encode())


ENTITIES = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name price } } }"


def products(*upcs: str, query: str = ENTITIES) -> tuple[Part, ...]:
    sent = [{"__typename": "Product", "upc": upc} for upc in upcs]
    return parts_of(call(query, {"r": sent}, {"_entities": [{"name": upc, "price": 1} for upc in upcs]}))


def test_leaves_are_counted_through_lists() -> None:
    assert leaves({"a": [{"b": 1, "c": None}, {"b": 2, "c": []}], "d": {"e": [1, 2]}}) == 6


def test_a_whole_answer_is_kept_by_text_and_variables() -> None:
    cache = WholeAnswers()
    answer = b'{"data":{"a":1,"b":[1,2]}}'
    asked = [whole_answer("{ a b }", b"{}", answer), whole_answer("{ a b }", b'{"x":1}', answer)]
    assert [cache.ask(each, 2) for each in [*asked, asked[0], whole_answer("{ b a }", b"{}", answer)]] == [
        Share(0, 3, 2),
        Share(0, 3, 2),
        Share(3, 3, 0),
        Share(0, 3, 2),
    ]


def test_an_entity_is_found_whoever_was_asked_with_it() -> None:
    cache = EntityQueries()
    assert cache.ask([products("1", "2")]) == Share(0, 4, 1)
    assert cache.ask([products("2", "3")]) == Share(2, 4, 1)
    assert cache.ask([products("3", "1")]) == Share(4, 4, 0)


def test_an_entity_is_not_found_with_another_selection() -> None:
    cache = EntityQueries()
    cache.ask([products("1")])
    assert cache.ask([products("1", query=ENTITIES.replace("name price", "price"))]) == Share(0, 2, 1)
    assert cache.ask([products("1", query=ENTITIES.replace("query(", "query Named("))]) == Share(2, 2, 0)


def test_root_fields_are_kept_by_call() -> None:
    cache = EntityQueries()
    text = "query($n: Int) { top(first: $n) { upc } }"
    first, second = (parts_of(call(text, {"n": n}, {"top": [{"upc": "1"}] * n})) for n in (1, 2))
    assert cache.ask([first]) == Share(0, 1, 1)
    assert cache.ask([second, first]) == Share(1, 3, 1)


def test_several_lists_in_a_call_are_kept_apart() -> None:
    text = (
        "query($a: [_Any!]!, $b: [_Any!]!, $n: Int) { x: _entities(representations: $a) { ... on A { f(n: $n) } }"
        " y: _entities(representations: $b) { ... on B { g } } }"
    )
    variables = {"a": [{"__typename": "A", "id": 1}], "b": [{"__typename": "B", "id": 1}], "n": 1}
    found = parts_of(call(text, variables, {"x": [{"f": 1}], "y": [None]}))
    assert [each.fields for each in found] == [1, 1]
    other = parts_of(call(text, {**variables, "n": 2}, {"x": [{"f": 1}], "y": [None]}))
    assert len({each.key for each in (*found, *other)}) == 4
