"""Plans with @defer: the answer without its deferred parts, and each part with the fetches that only it needs."""

from collections.abc import Sequence

from graphql import NamedTypeNode, NameNode, VariableDefinitionNode

from router.operation.selection import Field, SelectionSet
from router.planner.assemble import assemble
from router.planner.batches import batches
from router.planner.fetch_graph import Deferral, FetchGraph, FetchGroup, Out, OutField
from router.planner.nodes import DeferNode, DeferredNode, PlanNode
from router.planner.operation_text import OperationText


class DeferredPlan:
    """Assembles one fetch graph that has deferrals."""

    def __init__(self, graph: FetchGraph, variables: Sequence[VariableDefinitionNode]) -> None:
        self._graph = graph
        self._variables = variables
        self._order = graph.in_order()
        self._ids: dict[FetchGroup, int] = {}
        self._awaited = {parent for group in self._order for parent in self._outside(group)}
        self._awaited |= {each.source for each in graph.deferrals if each.source is not None}

    def node(self, selections: SelectionSet) -> PlanNode | None:
        """The node for the client's selections on the root type."""
        return self._part(None, selections)

    def _part(self, deferral: Deferral | None, selections: SelectionSet) -> PlanNode | None:
        found = batches(self._groups(deferral))
        for batch in found:
            if not self._awaited.isdisjoint(batch.groups):
                number = len(set(self._ids.values()))
                self._ids.update(dict.fromkeys(batch.groups, number))
        node = assemble(found, self._variables, self._ids)
        inner = [each for each in self._graph.deferrals if each.parent is deferral]
        if not inner:
            return node
        return DeferNode(self._text(selections), node, tuple(self._deferred(each) for each in inner))

    def _deferred(self, deferral: Deferral) -> DeferredNode:
        awaited = [parent for group in self._groups(deferral) for parent in self._outside(group)]
        if deferral.source is not None:
            awaited.append(deferral.source)
        depends = tuple(sorted({self._ids[group] for group in awaited}))
        selections = SelectionSet(deferral.type_name, deferral.fields)
        node = self._part(deferral, selections)
        return DeferredNode(depends, deferral.path, deferral.label, self._text(selections), node)

    def _groups(self, deferral: Deferral | None) -> list[FetchGroup]:
        return [group for group in self._order if group.deferral is deferral]

    def _outside(self, group: FetchGroup) -> list[FetchGroup]:
        return [parent for parent in group.parents if parent.deferral is not group.deferral]

    def _text(self, selections: SelectionSet) -> str:
        return OperationText(self._variables).selections(_shown(selections))


def _shown(selections: SelectionSet) -> Out:
    """The selections as the client wrote them, without what is deferred in them."""
    out = Out(selections.type)
    for field in selections.fields:
        if field.defer is None:
            scope = out if field.types is None else out.on(field.on)
            scope.add(_shown_field(field))
    return out


def _shown_field(field: Field) -> OutField:
    below = _shown(field.selections) if field.selections is not None else None
    any_type = NamedTypeNode(name=NameNode(value=""))
    return OutField(
        field.key, field.name, any_type, field.arguments, field.directives, field.conditions, below
    )
