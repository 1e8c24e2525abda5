"""Keeps subgraph operations valid where object types disagree about a field's type under one response key.

GraphQL refuses `... on A { f } ... on B { f }` if A.f and B.f have types of different shape, though a client may ask for
that over subgraphs which never meet. One of the fields gets an alias, and the executor renames it back.
https://spec.graphql.org/October2021/#SameResponseShape()
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from graphql import ListTypeNode, NonNullTypeNode, TypeNode, is_composite_type

from router.federation.subgraph_view import list_depth, named_type
from router.federation.supergraph import Supergraph
from router.planner.fetch_graph import ENTITY, FetchGroup, Out, OutField
from router.planner.nodes import LIST, OnTypes, Path, Rename


@dataclass(frozen=True, slots=True)
class _Scope:
    """Selections that lie at one place of the answer, for objects of some types."""

    out: Out
    path: Path


class ShapeConflicts:
    """Finds and removes the conflicts in the fetches of one supergraph."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._types = supergraph.schema.type_map
        self._possible: Mapping[str, frozenset[str]] = supergraph.possible_types
        self._renames: list[Rename] = []

    def remove(self, group: FetchGroup) -> None:
        """Gives aliases in `group.out`, and the renames that undo them to the group."""
        self._renames = []
        self._overlay([_Scope(group.out, ())])
        group.renames.extend(self._renames)

    def _overlay(self, scopes: list[_Scope]) -> None:
        if len(scopes) == 1 and not scopes[0].out.fragments:
            for each in scopes[0].out.fields.values():
                if each.below is not None:
                    self._overlay([_Scope(each.below, _below(scopes[0].path, each.key, each))])
            return
        by_key: dict[str, list[tuple[_Scope, OutField]]] = {}
        for scope in self._flat(scopes):
            for each in scope.out.fields.values():
                by_key.setdefault(each.key, []).append((scope, each))
        for key, found in list(by_key.items()):
            kinds = self._kinds(found)
            for number, same in enumerate(kinds):
                if number:
                    self._alias(same, _free(key, by_key))
                below = [
                    _Scope(each.below, _below(scope.path, key, each))
                    for scope, each in same
                    if each.below is not None
                ]
                if below:
                    self._overlay(below)

    def _flat(self, scopes: Iterable[_Scope]) -> Iterable[_Scope]:
        for scope in scopes:
            yield scope
            for type_name, fragment in scope.out.fragments.items():
                types = self._possible.get(type_name, frozenset((type_name,)))
                if type_name in self._types and scope.out.type_name == ENTITY:
                    types = types | {type_name}
                yield from self._flat([_Scope(fragment, (*scope.path, OnTypes(types)))])

    def _kinds(self, found: list[tuple[_Scope, OutField]]) -> list[list[tuple[_Scope, OutField]]]:
        """The fields apart by what GraphQL lets stand under one key."""
        if len(found) == 1:
            return [found]
        kinds: dict[str, list[tuple[_Scope, OutField]]] = {}
        for scope, each in found:
            kinds.setdefault(self._shape(each.type), []).append((scope, each))
        return list(kinds.values())

    def _shape(self, node: TypeNode | None) -> str:
        if node is None:
            return ""
        if isinstance(node, NonNullTypeNode):
            return self._shape(node.type) + "!"
        if isinstance(node, ListTypeNode):
            return f"[{self._shape(node.type)}]"
        name = named_type(node)
        return "{}" if is_composite_type(self._types.get(name)) else name

    def _alias(self, same: list[tuple[_Scope, OutField]], alias: str) -> None:
        for scope, each in same:
            aliased = replace(each, key=alias)
            fields = scope.out.fields
            scope.out.fields = {
                (alias, key[1]) if value is each else key: aliased if value is each else value
                for key, value in fields.items()
            }
            self._renames.append(Rename(scope.path, alias, each.key))


def _free(key: str, taken: dict[str, list[tuple[_Scope, OutField]]]) -> str:
    number = 0
    while f"{key}__alias_{number}" in taken:
        number += 1
    taken[f"{key}__alias_{number}"] = []
    return f"{key}__alias_{number}"


def _below(path: Path, key: str, each: OutField) -> Path:
    depth = list_depth(each.type) if each.type is not None else 0
    return (*path, key, *(LIST,) * depth)
