"""From batches to plan nodes: what can run side by side does, what waits comes after what it waits for."""

from collections.abc import Mapping, Sequence

from graphql import NameNode, VariableDefinitionNode, VariableNode

from router.planner.batches import Batch
from router.planner.fetch_graph import FetchGroup
from router.planner.nodes import (
    ConditionNode,
    ContextInput,
    EntityInput,
    FetchNode,
    InputFragment,
    ParallelNode,
    PlanNode,
    SequenceNode,
)
from router.planner.operation_text import OperationText


def assemble(
    found: Sequence[Batch],
    variables: Sequence[VariableDefinitionNode],
    ids: Mapping[FetchGroup, int] | None = None,
) -> PlanNode | None:
    """The node that runs all batches; None for none. `variables` are those that the client's operation declares.

    `ids` has those of fetches that something else has to name.
    """
    nodes = {batch: _fetch_node(batch, variables, (ids or {}).get(batch.groups[0])) for batch in found}
    return _arrange(list(found), nodes) if found else None


def sequence(nodes: Sequence[PlanNode]) -> PlanNode:
    """The nodes one after another, written as flat as possible."""
    flat: list[PlanNode] = []
    for node in nodes:
        flat.extend(node.nodes if isinstance(node, SequenceNode) else (node,))
    return flat[0] if len(flat) == 1 else _hoisted(flat, SequenceNode(tuple(flat)))


def _parallel(nodes: Sequence[PlanNode]) -> PlanNode:
    flat: list[PlanNode] = []
    for node in nodes:
        flat.extend(node.nodes if isinstance(node, ParallelNode) else (node,))
    return flat[0] if len(flat) == 1 else _hoisted(flat, ParallelNode(tuple(flat)))


def _hoisted(nodes: list[PlanNode], whole: SequenceNode | ParallelNode) -> PlanNode:
    """One condition around all nodes, where each has the same."""
    first = nodes[0]
    if not isinstance(first, ConditionNode):
        return whole
    inner: list[PlanNode] = []
    for node in nodes:
        if not isinstance(node, ConditionNode) or node.variable != first.variable:
            return whole
        if (node.if_true is None) != (first.if_true is None) or (node.if_false is None) != (
            first.if_false is None
        ):
            return whole
        below = node.if_true if node.if_true is not None else node.if_false
        if below is not None:
            inner.append(below)
    joined = sequence(inner) if isinstance(whole, SequenceNode) else _parallel(inner)
    return _conditional(joined, first.variable, first.if_true is not None)


def _conditional(node: PlanNode, variable: str, value: bool) -> ConditionNode:
    return ConditionNode(variable, node if value else None, None if value else node)


def _arrange(found: list[Batch], nodes: dict[Batch, PlanNode]) -> PlanNode:
    parts = _components(found)
    if len(parts) > 1:
        return _parallel([_arrange(part, nodes) for part in parts])
    members = set(found)
    first = [batch for batch in found if not any(parent in members for parent in batch.parents)]
    if len(first) == len(found):
        return _parallel([nodes[batch] for batch in found])
    owners = _owners(found, first)
    alone: dict[Batch, list[Batch]] = {batch: [] for batch in first}
    rest: list[Batch] = []
    for batch in found:
        owner = owners[batch]
        if owner is None:
            rest.append(batch)
        elif owner is not batch:
            alone[owner].append(batch)
    branches = []
    for batch, others in alone.items():
        branches.append(sequence([nodes[batch], _arrange(others, nodes)] if others else [nodes[batch]]))
    joined = _parallel(branches)
    return sequence([joined, _arrange(rest, nodes)]) if rest else joined


def _owners(found: list[Batch], first: list[Batch]) -> dict[Batch, Batch | None]:
    """For each batch, the one of the first that it waits for, directly or not; None where these are several."""
    owners: dict[Batch, Batch | None] = {batch: batch for batch in first}
    for batch in found:
        if batch not in owners:
            above = {owners[parent] for parent in batch.parents if parent in owners}
            owners[batch] = above.pop() if len(above) == 1 else None
    return owners


def _components(found: list[Batch]) -> list[list[Batch]]:
    """Batches that have nothing to do with each other, apart."""
    neighbours: dict[Batch, list[Batch]] = {batch: [] for batch in found}
    for batch in found:
        for parent in batch.parents:
            if parent in neighbours:
                neighbours[batch].append(parent)
                neighbours[parent].append(batch)
    order = {batch: number for number, batch in enumerate(found)}
    parts: list[list[Batch]] = []
    seen: set[Batch] = set()
    for batch in found:
        if batch not in seen:
            seen.add(batch)
            part = [batch]
            for each in part:
                near = [other for other in dict.fromkeys(neighbours[each]) if other not in seen]
                seen.update(near)
                part.extend(near)
            parts.append(sorted(part, key=order.__getitem__))
    return parts


def _fetch_node(batch: Batch, variables: Sequence[VariableDefinitionNode], number: int | None) -> PlanNode:
    first = batch.groups[0]
    contexts = tuple(first.contexts.values())
    text = OperationText([*variables, *map(_declared, contexts)], batch.conditions)
    if first.is_entity_fetch:
        inputs, operation = _entities(batch, text)
        node: PlanNode = FetchNode(
            batch.graph, operation, first.kind, text.variables, inputs, contexts=contexts, id=number
        )
    else:
        operation = text.root(first.kind, first.out)
        node = FetchNode(
            batch.graph,
            operation,
            first.kind,
            text.variables,
            renames=tuple(first.renames),
            id=number,
            path=first.path,
        )
    for variable, value in sorted(batch.conditions, reverse=True):
        node = _conditional(node, variable, value)
    return node


def _entities(batch: Batch, text: OperationText) -> tuple[tuple[EntityInput, ...], str]:
    """Groups that ask and send the same share one field; it then has several paths."""
    alike: dict[tuple[str, tuple[InputFragment, ...]], list[FetchGroup]] = {}
    for group in batch.groups:
        alike.setdefault((text.selections(group.out), _requires(group)), []).append(group)
    inputs, fields = [], []
    for number, ((_, requires), groups) in enumerate(alike.items()):
        alias = f"_e{number}" if len(alike) > 1 else "_entities"
        variable = f"_r{number}" if len(alike) > 1 else "representations"
        paths = tuple(dict.fromkeys(group.path for group in groups))
        inputs.append(EntityInput(alias, variable, paths, requires, tuple(groups[0].renames)))
        fields.append((alias, variable, groups[0].out))
    return tuple(inputs), text.entities(fields)


def _requires(group: FetchGroup) -> tuple[InputFragment, ...]:
    """Types of which the same is sent under the same name go together."""
    return tuple(
        InputFragment(
            each.typename, frozenset(each.possible_types), tuple(each.selections.values()), each.typename
        )
        for each in group.requirements.values()
    )


def _declared(context: ContextInput) -> VariableDefinitionNode:
    return VariableDefinitionNode(
        variable=VariableNode(name=NameNode(value=context.variable)), type=context.type, directives=()
    )
