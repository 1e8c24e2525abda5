"""What the supergraph has of the @cacheControl and @cacheTag of one subgraph.

An element with a `@join__directive` of the name says all with it: subgraphs that are in none of them say nothing. Otherwise
the plain directive holds for every subgraph that has the element (docs/composition.md).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from graphql import (
    DirectiveNode,
    GraphQLField,
    GraphQLNamedType,
    TokenKind,
)
from graphql.language.parser import Parser

from router.cache.hint import NOTHING, Hint
from router.cache.tag_format import TagFormat
from router.errors import JsonValue
from router.federation.supergraph import InvalidSupergraphError, Supergraph
from router.federation.value import to_python

_CONTROL: Final = frozenset({"cacheControl"})
_TAG: Final = frozenset({"cacheTag", "federation__cacheTag"})
_GRAPHS: Final = re.compile(r"^enum\s+join__Graph\b", re.MULTILINE)

Element = GraphQLNamedType | GraphQLField


class CacheDirectives:
    """Those of one subgraph."""

    def __init__(self, supergraph: Supergraph, subgraph: str) -> None:
        self._graph = graph_values(supergraph.sdl).get(subgraph, subgraph)

    def hint(self, element: Element) -> Hint:
        """What its @cacheControl says."""
        return next((Hint.of(each) for each in self._uses(element, _CONTROL)), NOTHING)

    def tags(self, element: Element, coordinate: str) -> tuple[TagFormat, ...]:
        """Raises InvalidSupergraphError: entries without the tag would outlive what its owner invalidates."""
        try:
            return tuple(
                TagFormat.parse(text)
                for each in self._uses(element, _TAG)
                if isinstance(text := each.get("format"), str)
            )
        except ValueError as error:
            raise InvalidSupergraphError(f"The @cacheTag of {coordinate} cannot be read: {error}.") from None

    def _uses(self, element: Element, names: frozenset[str]) -> list[dict[str, JsonValue]]:
        applied = element.ast_node.directives or () if element.ast_node is not None else ()
        joined = [each for each in _joined(applied) if each.get("name") in names]
        if joined:
            return [_mapping(each.get("args")) for each in joined if self._graph in each["graphs"]]
        return [_arguments(each) for each in applied if each.name.value in names]


def graph_values(sdl: str) -> Mapping[str, str]:
    """The values of `join__Graph`, by the names of the subgraphs."""
    found = _GRAPHS.search(sdl)
    if found is None:
        return {}
    parser = Parser(sdl[found.start() :], no_location=True)
    parser.expect_token(TokenKind.SOF)
    enum = parser.parse_enum_type_definition()
    return {
        str(_arguments(directive).get("name")): value.name.value
        for value in enum.values or ()
        for directive in value.directives or ()
        if directive.name.value == "join__graph"
    }


def _joined(applied: tuple[DirectiveNode, ...]) -> Iterator[dict[str, JsonValue]]:
    for each in applied:
        if each.name.value == "join__directive":
            yield {"graphs": [], **_arguments(each)}


def _arguments(directive: DirectiveNode) -> dict[str, JsonValue]:
    return {each.name.value: to_python(each.value) for each in directive.arguments or ()}


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
