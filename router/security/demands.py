"""What each field of an operation demands of whoever asks for it: worked out once for an operation, or for a field."""

from collections.abc import Iterator, Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_interface_type,
    is_object_type,
)

from router.federation.authorization import NO_DEMANDS, Demand, Demands, GraphDemands


class FieldDemands:
    """Of one graph, as its clients see it. Names that begin with `__` demand nothing: the schema is no secret here."""

    def __init__(self, schema: GraphQLSchema, demands: GraphDemands) -> None:
        self._schema = schema
        self._demands = demands
        self._known: dict[tuple[str, str], Demands] = {}

    def of_type(self, name: str) -> Demands:
        """What a fragment on the type demands for all that is in it."""
        return self._demands.types.get(name, NO_DEMANDS)

    def of_field(self, type_name: str, name: str) -> Demands:
        """What the field demands, the type that it is of, and the one that it returns.

        A field of an interface may be that of any of its types, so it demands what any of them does.
        """
        key = type_name, name
        if key not in self._known:
            self._known[key] = frozenset(self._find(self._schema.type_map[type_name], name))
        return self._known[key]

    def of_operation(
        self, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> tuple[Demand, ...]:
        """All that any part of a valid operation demands, each once."""
        root = self._schema.get_root_type(operation.operation)
        if not self._demands or root is None:
            return ()
        found = self._of_selections(operation.selection_set, root.name, fragments, set())
        return tuple(dict.fromkeys(found))

    def _find(self, type_: GraphQLNamedType, name: str) -> Iterator[Demand]:
        types = [type_]
        if is_abstract_type(type_):
            types += self._schema.get_possible_types(type_)
        for each in types:
            yield from self.of_type(each.name)
            yield from self._demands.fields.get((each.name, name), NO_DEMANDS)
            if is_object_type(each) or is_interface_type(each):
                yield from self.of_type(get_named_type(each.fields[name].type).name)

    def _of_selections(
        self,
        selections: SelectionSetNode,
        type_name: str,
        fragments: Mapping[str, FragmentDefinitionNode],
        visited: set[str],
    ) -> Iterator[Demand]:
        for each in selections.selections:
            if isinstance(each, FieldNode):
                if each.name.value.startswith("__"):
                    continue
                yield from sorted_demands(self.of_field(type_name, each.name.value))
                if each.selection_set is not None:
                    below = self.below(type_name, each.name.value)
                    yield from self._of_selections(each.selection_set, below, fragments, visited)
                continue
            if isinstance(each, FragmentSpreadNode):
                if each.name.value in visited:
                    continue
                visited.add(each.name.value)
            fragment = fragments[each.name.value] if isinstance(each, FragmentSpreadNode) else each
            assert isinstance(fragment, InlineFragmentNode | FragmentDefinitionNode)  # noqa: S101 - there is no fourth selection
            inside = fragment.type_condition.name.value if fragment.type_condition else type_name
            yield from sorted_demands(self.of_type(inside))
            yield from self._of_selections(fragment.selection_set, inside, fragments, visited)

    def below(self, type_name: str, name: str) -> str:
        """The name of the type that a field returns."""
        return str(get_named_type(self._schema.type_map[type_name].fields[name].type).name)  # type: ignore[attr-defined]


def sorted_demands(demands: Demands) -> list[Demand]:
    """In an order that is the same in all processes."""
    if len(demands) < 2:
        return list(demands)
    return sorted(demands, key=lambda each: (each.kind.value, sorted(map(sorted, each.alternatives))))
