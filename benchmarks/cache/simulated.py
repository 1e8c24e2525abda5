"""Two caches of other kinds on the same requests, of which only keys are kept: what they would have had."""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from graphql import FieldNode, OperationDefinitionNode, VariableNode, parse

from benchmarks.cache.counting import Call
from benchmarks.cache.queries import without_name
from benchmarks.cache.shares import Share


class Part(NamedTuple):
    """What such a cache keeps under one key, with the number of fields in it: leaves of the JSON."""

    key: Hashable
    fields: int


class WholeAnswers:
    """By the text of a query and its variables."""

    def __init__(self) -> None:
        self._kept: set[Hashable] = set()

    def ask(self, answer: Part, calls: int) -> Share:
        """`calls` is what the answer takes where it is not there."""
        if answer.key in self._kept:
            return Share(answer.fields, answer.fields, 0)
        self._kept.add(answer.key)
        return Share(0, answer.fields, calls)


class EntityQueries:
    """By entity and the exact selection in a call, as Apollo Router's cache; what is no entity, by call."""

    def __init__(self) -> None:
        self._kept: set[Hashable] = set()

    def ask(self, calls: Sequence[Sequence[Part]]) -> Share:
        """The parts of each call. Only what is missing is fetched."""
        hits = fields = made = 0
        for parts in calls:
            missing = [part for part in parts if part.key not in self._kept]
            fields += sum(part.fields for part in parts)
            hits += sum(part.fields for part in parts) - sum(part.fields for part in missing)
            made += bool(missing)
            self._kept.update(part.key for part in missing)
        return Share(hits, fields, made)


def whole_answer(text: str, variables: bytes, answer: bytes) -> Part:
    """Of one query."""
    return Part((text, variables), leaves(msgspec.json.decode(answer)["data"]))


def parts_of(call: Call) -> tuple[Part, ...]:
    """One for each entity that is sent, or one for all. The name of an operation is no part of a key."""
    request = msgspec.json.decode(call.body)
    variables: dict[str, Any] = request.get("variables") or {}
    data = msgspec.json.decode(call.answer).get("data")
    lists = dict(_entity_lists(request["query"]))
    text = without_name(request["query"])
    others = msgspec.json.encode(
        {name: variables[name] for name in sorted(variables.keys() - lists.values())}
    )
    if not lists or data is None:
        return (Part((call.subgraph, text, others), leaves(data)),)
    return tuple(
        Part((call.subgraph, text, key, others, msgspec.json.encode(sent, order="sorted")), leaves(found))
        for key, variable in lists.items()
        for sent, found in zip(variables[variable], data.get(key) or (), strict=False)
    )


def leaves(value: Any) -> int:
    """An empty list is one."""
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    if isinstance(value, list) and value:
        return sum(map(leaves, value))
    return 1


def _entity_lists(text: str) -> Iterator[tuple[str, str]]:
    """Response key of each list of entities at the root, and the variable that sends them."""
    for node in _operation(text).selection_set.selections:
        if isinstance(node, FieldNode) and node.name.value == "_entities":
            [argument] = node.arguments or ()
            assert isinstance(argument.value, VariableNode)
            yield (node.alias or node.name).value, argument.value.name.value


def _operation(text: str) -> OperationDefinitionNode:
    [found] = [
        node
        for node in parse(text, no_location=True).definitions
        if isinstance(node, OperationDefinitionNode)
    ]
    return found
