"""What @authenticated, @requiresScopes and @policy of a supergraph demand of whoever asks for a type or a field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from graphql import (
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
)

from router.errors import JsonValue
from router.federation.features import Feature
from router.federation.value import to_python


class DemandKind(Enum):
    """What is demanded: to be somebody, or to have scopes or policies."""

    AUTHENTICATED = "authenticated"
    SCOPES = "requiresScopes"
    POLICIES = "policy"


class Demand(NamedTuple):
    """One directive in one place. `alternatives`: all names of one of them have to be granted."""

    kind: DemandKind
    alternatives: frozenset[frozenset[str]] = frozenset()


Demands = frozenset[Demand]
"""All of them have to be met."""

NO_DEMANDS: Final[Demands] = frozenset()
_ARGUMENTS: Final = {DemandKind.SCOPES: "scopes", DemandKind.POLICIES: "policies"}
_Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode
_Marked = _Composite | ScalarTypeDefinitionNode | EnumTypeDefinitionNode


@dataclass(frozen=True, slots=True)
class GraphDemands:
    """By name of the type, and by names of the type and the field. What demands nothing is not there."""

    types: Mapping[str, Demands] = field(default_factory=dict)
    fields: Mapping[tuple[str, str], Demands] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.types or self.fields)


def read_demands(document: DocumentNode, features: Mapping[str, Feature]) -> GraphDemands:
    """Of a supergraph that links the features, by whatever names."""
    names = {
        features[kind.value].directive(kind.value): kind for kind in DemandKind if kind.value in features
    }
    types: dict[str, Demands] = {}
    fields: dict[tuple[str, str], Demands] = {}
    for node in document.definitions if names else ():
        if not isinstance(node, _Marked):
            continue
        if found := _demands(node.directives, names):
            types[node.name.value] = found
        for each in node.fields or () if isinstance(node, _Composite) else ():
            if found := _demands(each.directives, names):
                fields[node.name.value, each.name.value] = found
    return GraphDemands(types, fields)


def _demands(directives: tuple[DirectiveNode, ...] | None, names: Mapping[str, DemandKind]) -> Demands:
    used = ((names.get(each.name.value), each) for each in directives or ())
    return frozenset(demand for kind, each in used if kind is not None for demand in _demand(kind, each))


def _demand(kind: DemandKind, directive: DirectiveNode) -> Iterator[Demand]:
    """None for an empty list, which demands nothing."""
    wanted = _ARGUMENTS.get(kind)
    if wanted is None:
        yield Demand(kind)
        return
    for argument in directive.arguments or ():
        if argument.name.value == wanted:
            alternatives = frozenset(
                frozenset(map(str, _listed(each))) for each in _listed(to_python(argument.value))
            )
            if alternatives:
                yield Demand(kind, alternatives)


def _listed(value: JsonValue) -> list[JsonValue]:
    """A single value stands for a list of it."""
    return value if isinstance(value, list) else [value]
