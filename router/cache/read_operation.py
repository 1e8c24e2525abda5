"""operation for a subgraph -> its shape, with a policy for each field."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    is_composite_type,
    print_ast,
)

from router.cache.coordinates import Coordinates
from router.cache.identity import Identities, KeyTree
from router.cache.other_keys import OtherKey, other_keys, pointer_policy
from router.cache.policy import Policies, Policy
from router.cache.shape import Case, Member, Selection, Shape, Top
from router.federation.subgraph_view import FieldView
from router.federation.supergraph import Supergraph
from router.federation.value import is_true

_ENTITIES: Final = "_entities"
_Conditions = tuple[tuple[str, bool], ...]


class NotCacheableError(Exception):
    """The operation has something that the cache does not know how to take apart. It is sent as it is."""


@dataclass(slots=True)
class _Occurrence:
    node: FieldNode
    conditions: _Conditions
    below: list[SelectionSetNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the operations of one subgraph."""

    graph: str
    supergraph: Supergraph
    identities: Identities
    policies: Policies
    coordinates: Coordinates

    def read(self, document: DocumentNode, operation: OperationDefinitionNode) -> Shape:
        """Raises NotCacheableError."""
        fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        return _Reading(self, fragments).operation(operation)


class _Reading:
    def __init__(self, reader: Reader, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._reader = reader
        self._supergraph = reader.supergraph
        self._fragments = fragments

    def operation(self, operation: OperationDefinitionNode) -> Shape:
        root = self._supergraph.schema.get_root_type(operation.operation)
        if root is None or operation.operation is OperationType.SUBSCRIPTION:
            raise NotCacheableError("a subscription")
        is_mutation = operation.operation is OperationType.MUTATION
        name = operation.name.value if operation.name else None
        tops = list(self._tops(operation))
        if tops:
            if len(tops) != len(operation.selection_set.selections):
                raise NotCacheableError("_entities beside other fields")
            return Shape("", None, None, tuple(tops), operation_name=name)
        selection = self._selection(root.name, [operation.selection_set], (root.name,))
        case = selection.cases[root.name]
        return Shape("", case, selection, is_mutation=is_mutation, operation_name=name)

    def _tops(self, operation: OperationDefinitionNode) -> Iterator[Top]:
        for node in operation.selection_set.selections:
            if not isinstance(node, FieldNode) or node.name.value != _ENTITIES:
                continue
            value = node.arguments[0].value if node.arguments else None
            if not isinstance(value, VariableNode) or node.directives or node.selection_set is None:
                raise NotCacheableError("representations that are not in a variable")
            key = node.alias.value if node.alias else _ENTITIES
            possible = self._named_types(node.selection_set)
            selection = self._selection("_Entity", [node.selection_set], possible)
            yield Top(key, value.name.value, selection)

    def _named_types(self, selections: SelectionSetNode) -> tuple[str, ...]:
        """Those that entities are asked as: each that a fragment is on, and what that can be."""
        found: dict[str, None] = {}
        for each in selections.selections:
            if isinstance(each, FieldNode):
                continue
            condition, below = self._fragment(each)
            if condition is None:
                found.update(dict.fromkeys(self._named_types(below)))
            else:
                found.update(dict.fromkeys(sorted(self._possible(condition))))
        return tuple(found)

    def _possible(self, type_name: str) -> frozenset[str]:
        view = self._supergraph.view(self._reader.graph, type_name)
        if view is None:
            return frozenset((type_name,))
        return view.possible or frozenset((type_name,))

    def _selection(
        self, declared: str, sets: Sequence[SelectionSetNode], possible: Iterable[str]
    ) -> Selection:
        cases = {name: self._case(name, sets) for name in possible}
        return Selection(declared, cases, is_known=list(cases) == [declared])

    def _case(self, typename: str, sets: Sequence[SelectionSetNode]) -> Case:
        found: dict[str, _Occurrence] = {}
        for each in sets:
            self._collect(typename, each, (), found)
        members = tuple(self._member(typename, key, each) for key, each in found.items())
        view = self._supergraph.view(self._reader.graph, typename)
        is_root = typename in self._supergraph.root_kinds
        identity = None if is_root else self._reader.identities.key(typename)
        if identity is not None and (view is None or any(part.name not in view.fields for part in identity)):
            identity = None
        fetchable = (
            identity is not None
            and view is not None
            and view.name == typename
            and any(
                key.resolvable and set(_names(key.fields)) == {part.name for part in identity}
                for key in view.keys
            )
        )
        computed = any(member.requires for member in members)
        others = other_keys(self._supergraph, self._reader.graph, typename, identity) if identity else ()
        pointer = self._pointer(typename, identity, others) if identity and others else None
        return Case(typename, members, identity, fetchable, computed, others, pointer)

    def _pointer(self, typename: str, identity: KeyTree, others: Sequence[OtherKey]) -> Member | None:
        policy = pointer_policy(self._reader.policies, typename, others, identity)
        name = identity[0].name
        if policy is None:
            return None
        node = FieldNode(name=NameNode(value=name))
        return replace(self._member(typename, name, _Occurrence(node, ())), policy=policy)

    def _collect(
        self,
        typename: str,
        selections: SelectionSetNode,
        conditions: _Conditions,
        found: dict[str, _Occurrence],
    ) -> None:
        for each in selections.selections:
            own = (*conditions, *_conditions(each.directives or ()))
            if not isinstance(each, FieldNode):
                condition, below = self._fragment(each)
                if condition is None or condition == typename or typename in self._possible(condition):
                    self._collect(typename, below, own, found)
                continue
            key = each.alias.value if each.alias else each.name.value
            known = found.setdefault(key, _Occurrence(each, own))
            if known.node is not each and (known.conditions or own) and known.conditions != own:
                raise NotCacheableError("a field under several conditions")
            if each.selection_set is not None:
                known.below.append(each.selection_set)

    def _fragment(self, node: object) -> tuple[str | None, SelectionSetNode]:
        if isinstance(node, InlineFragmentNode):
            return node.type_condition.name.value if node.type_condition else None, node.selection_set
        fragment = self._fragments[node.name.value]  # type: ignore[attr-defined]
        return fragment.type_condition.name.value, fragment.selection_set

    def _member(self, typename: str, key: str, found: _Occurrence) -> Member:
        node, name = found.node, found.node.name.value
        coordinate = self._reader.coordinates.of(typename, name)
        if name == "__typename":
            return Member(key, name, node, {}, found.conditions, None, (), (), "", 0, None, coordinate)
        view = self._supergraph.view(self._reader.graph, typename)
        field_view = view.fields.get(name) if view is not None else None
        if field_view is None:
            raise NotCacheableError(f"{typename}.{name} is not known here")
        below = None
        if is_composite_type(self._supergraph.schema.type_map.get(field_view.named_type)):
            named = field_view.named_type
            below = self._selection(named, found.below, sorted(self._possible(named)))
        return Member(
            key,
            name,
            node,
            {each.name.value: each.value for each in node.arguments or ()},
            found.conditions,
            self._policy(typename, name, below),
            self._reader.policies.tags(typename, name),
            _required(field_view),
            print_ast(field_view.type),
            field_view.list_depth,
            below,
            coordinate,
        )

    def _policy(self, typename: str, name: str, below: Selection | None) -> Policy | None:
        """Of a field with all that is kept inside it."""
        policy = self._reader.policies.of(typename, name)
        return policy if below is None else self._narrowed(policy, below)

    def _narrowed(self, policy: Policy | None, selection: Selection) -> Policy | None:
        for case in selection.cases.values():
            for member in case.members if case.identity is None else ():
                if policy is None:
                    return None
                if member.name != "__typename":
                    policy = self._reader.policies.narrowed(policy, case.typename, member.name)
                    policy = policy if member.below is None else self._narrowed(policy, member.below)
        return policy


def _required(field_view: FieldView) -> tuple[str, ...]:
    return tuple(_names(field_view.requires)) if field_view.requires is not None else ()


def _names(fields: SelectionSetNode) -> list[str]:
    found: dict[str, None] = {}
    for each in fields.selections:
        if isinstance(each, FieldNode):
            if each.name.value != "__typename":
                found[each.name.value] = None
        elif isinstance(each, InlineFragmentNode):
            found.update(dict.fromkeys(_names(each.selection_set)))
    return sorted(found)


def _conditions(directives: Iterable[DirectiveNode]) -> Iterator[tuple[str, bool]]:
    for each in directives:
        wanted = each.name.value == "include"
        if not wanted and each.name.value != "skip":
            raise NotCacheableError(f"@{each.name.value}")
        value = each.arguments[0].value  # type: ignore[index]
        if isinstance(value, VariableNode):
            yield value.name.value, wanted
        elif is_true(value) is not wanted:
            raise NotCacheableError("something that is never asked")
