"""Authorization by the book: every field is looked at when an object has it, and a forbidden one is an error of its resolver."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    FieldNode,
    GraphQLList,
    GraphQLNonNull,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.values import get_argument_values

from router.federation.authorization import Demand, DemandKind, GraphDemands
from tests.planner.universe import Thing, Universe


def is_met(demand: Demand, claims: Mapping[str, Any] | None, policies: frozenset[str] = frozenset()) -> bool:
    if demand.kind is DemandKind.AUTHENTICATED:
        return claims is not None
    granted = policies
    if demand.kind is DemandKind.SCOPES:
        granted = frozenset((claims or {}).get("scope", "").split())
    return any(each <= granted for each in demand.alternatives)


class _Null(Exception):
    """There must be none here."""


@dataclass
class _Selected:
    """A selected field, on the type that it is written on."""

    node: FieldNode
    forbidden: bool


class Reference:
    """Answers operations without named fragments, for one viewer."""

    def __init__(
        self, universe: Universe, claims: Mapping[str, Any] | None, variables: Mapping[str, Any]
    ) -> None:
        self._universe = universe
        self._schema = universe.supergraph.api_schema
        self._demands: GraphDemands = universe.supergraph.demands
        self._claims = claims
        self._variables = variables

    def data(self, selections: SelectionSetNode) -> Any:
        assert self._schema.query_type is not None
        try:
            return self._object(Thing("Query", 0), [(selections, "Query", False)])
        except _Null:
            return None

    def _forbids_type(self, name: str) -> bool:
        return not all(is_met(each, self._claims) for each in self._demands.types.get(name, ()))

    def _forbids(self, type_name: str, field_name: str) -> bool:
        type_: Any = self._schema.type_map[type_name]
        types = [type_, *(self._schema.get_possible_types(type_) if is_abstract_type(type_) else ())]
        return any(
            self._forbids_type(each.name)
            or self._forbids_type(get_named_type(each.fields[field_name].type).name)
            or not all(
                is_met(demand, self._claims)
                for demand in self._demands.fields.get((each.name, field_name), ())
            )
            for each in types
        )

    def _object(self, thing: Thing, sets: list[tuple[SelectionSetNode, str, bool]]) -> dict[str, Any]:
        found: dict[str, list[_Selected]] = {}
        for selections, on, forbidden in sets:
            for each in self._collect(thing, selections, on, forbidden):
                key = each.node.alias.value if each.node.alias else each.node.name.value
                found.setdefault(key, []).append(each)
        return {key: self._field(thing, selected) for key, selected in found.items()}

    def _collect(
        self, thing: Thing, selections: SelectionSetNode, on: str, forbidden: bool
    ) -> Iterator[_Selected]:
        for each in selections.selections:
            if not self._is_asked(each):
                continue
            if isinstance(each, FieldNode):
                name = each.name.value
                yield _Selected(each, name != "__typename" and (forbidden or self._forbids(on, name)))
                continue
            assert isinstance(each, InlineFragmentNode)
            condition = each.type_condition.name.value if each.type_condition else on
            if thing.type in self._universe.supergraph.possible_types[condition]:
                inside = forbidden or self._forbids_type(condition)
                yield from self._collect(thing, each.selection_set, condition, inside)

    def _is_asked(self, node: Any) -> bool:
        for each in node.directives or ():
            value = each.arguments[0].value
            if isinstance(value, VariableNode):
                holds = self._variables[value.name.value]
            else:
                assert isinstance(value, BooleanValueNode)
                holds = value.value
            if holds is not (each.name.value == "include"):
                return False
        return True

    def _field(self, thing: Thing, selected: list[_Selected]) -> Any:
        node = selected[0].node
        if node.name.value == "__typename":
            return thing.type
        definition = self._schema.type_map[thing.type].fields[node.name.value]  # type: ignore[attr-defined]
        if all(each.forbidden for each in selected):
            return self._complete(definition.type, None, [])
        arguments = get_argument_values(definition, node, {})
        value = self._universe.value(thing, node.name.value, arguments)
        named = get_named_type(definition.type).name
        # What a forbidden selection asks of an object that another one gives, is forbidden as well.
        below = [
            (each.node.selection_set, named, each.forbidden) for each in selected if each.node.selection_set
        ]
        return self._complete(definition.type, value, below)

    def _complete(self, type_: Any, value: Any, below: list[Any]) -> Any:
        if isinstance(type_, GraphQLNonNull):
            found = self._present(type_.of_type, value, below)
            if found is None:
                raise _Null
            return found
        try:
            return self._present(type_, value, below)
        except _Null:
            return None

    def _present(self, type_: Any, value: Any, below: list[Any]) -> Any:
        if value is None:
            return None
        if isinstance(type_, GraphQLList):
            return [self._complete(type_.of_type, each, below) for each in value]
        return value if is_leaf_type(type_) else self._object(value, below)
