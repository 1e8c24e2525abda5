"""A query plan as a list of fetches, each with its place in time and with those that it waits for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graphql import (
    FieldNode,
    InlineFragmentNode,
    OperationType,
    SelectionSetNode,
)

from router.planner.nodes import (
    LIST,
    ConditionNode,
    DeferNode,
    EntityInput,
    FetchNode,
    InputField,
    InputSelection,
    OnTypes,
    Path,
    PlanNode,
    Rename,
    SequenceNode,
    SubscriptionNode,
)
from router.planner.picture.outline import Line, below_of, input_outline, outline
from router.planner.printer import print_path
from router.planner.read_back import written_out

Keys = tuple[str, ...]
"""A place in the answer: response keys without lists and types."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a fetch gives at some paths, and what it needs there: one line per type. A root fetch needs nothing."""

    needs: tuple[str, ...]
    paths: tuple[str, ...]
    gives: tuple[Line, ...]


@dataclass(slots=True, eq=False)
class Step:
    """One fetch. `column` is how many fetches come one after another before it."""

    number: int
    column: int
    service: str
    notes: tuple[str, ...]
    """Such as `mutation`, `if $more`, `deferred`."""
    parts: tuple[Part, ...]
    waits_for: tuple["Step", ...] = ()
    is_in_turn: bool = False
    """Whether it only waits because its turn comes later, as that of a mutation does."""
    writes: frozenset[Keys] = frozenset()
    ids: frozenset[int] = field(default=frozenset())


def steps(node: PlanNode | None) -> list[Step]:
    """Every fetch of the plan, in the order in which it is printed."""
    reader = _Reader()
    if node is not None:
        reader.read(node, [], 0, ())
    return reader.found


class _Reader:
    def __init__(self) -> None:
        self.found: list[Step] = []

    def read(self, node: PlanNode, before: list[Step], start: int, notes: tuple[str, ...]) -> int:
        """Adds the steps of the node, which begins after `before`; returns the column after it."""
        match node:
            case FetchNode():
                self.found.append(_step(node, before, len(self.found) + 1, start, notes))
                return start + 1
            case SequenceNode():
                return self._sequence(node.nodes, before, start, notes)
            case SubscriptionNode():
                end = self.read(node.primary, before, start, (*notes, "events"))
                if node.rest is None:
                    return end
                return self.read(node.rest, [*before, *self.found], end, (*notes, "for each event"))
            case DeferNode():
                return self._defer(node, before, start, notes)
            case ConditionNode():
                cases = ((node.if_true, "if"), (node.if_false, "unless"))
                nodes = [(below, (*notes, f"{word} ${node.variable}")) for below, word in cases if below]
                return max(self.read(below, before, start, more) for below, more in nodes)
            case _:
                return max(self.read(each, before, start, notes) for each in node.nodes)

    def _sequence(
        self, nodes: Sequence[PlanNode], before: list[Step], start: int, notes: tuple[str, ...]
    ) -> int:
        for node in nodes:
            known = len(self.found)
            start = self.read(node, before, start, notes)
            before = [*before, *self.found[known:]]
        return start

    def _defer(self, node: DeferNode, before: list[Step], start: int, notes: tuple[str, ...]) -> int:
        end = start if node.primary is None else self.read(node.primary, before, start, notes)
        for part in node.deferred:
            if part.node is None:
                continue
            awaited = [step for step in self.found if not step.ids.isdisjoint(part.depends)]
            begin = max((step.column + 1 for step in awaited), default=start)
            label = f'deferred "{part.label}"' if part.label else "deferred"
            known = _with_all_before(awaited) or before
            end = max(end, self.read(part.node, known, begin, (*notes, label)))
        return end


def _with_all_before(awaited: Iterable[Step]) -> list[Step]:
    found: dict[Step, None] = {}
    pending = list(awaited)
    while pending:
        step = pending.pop()
        if step not in found:
            found[step] = None
            pending.extend(step.waits_for)
    return sorted(found, key=lambda step: step.number)


def _step(node: FetchNode, before: list[Step], number: int, column: int, notes: tuple[str, ...]) -> Step:
    selections = written_out(node.operation)
    if node.kind is OperationType.MUTATION:
        notes = ("mutation", *notes)
    needs: set[Keys] = {_keys(node.path)}
    if node.entities:
        by_alias = {_key(each): below_of(each) for each in selections.selections}
        pairs = [(each, by_alias[each.alias]) for each in node.entities]
        parts = tuple(_entity_part(entity, below) for entity, below in pairs if below is not None)
        writes = {
            keys
            for entity, below in pairs
            for path in entity.paths
            for keys in _written(below, _keys(path), entity.renames)
        }
        needs |= {keys for entity in node.entities for path in entity.paths for keys in _needed(entity, path)}
    else:
        paths = (print_path(node.path),) if node.path else ()
        parts = (Part((), paths, outline(selections)),)
        writes = set(_written(selections, _keys(node.path), node.renames))
    ids = frozenset() if node.id is None else frozenset((node.id,))
    step = Step(number, column, node.service, notes, parts, writes=frozenset(writes), ids=ids)
    step.waits_for = _without_indirect([each for each in before if not each.writes.isdisjoint(needs)])
    if before and not step.waits_for:
        step.is_in_turn = True
        awaited = {each for other in before for each in other.waits_for}
        step.waits_for = tuple(each for each in before if each not in awaited)
    return step


def _entity_part(entity: EntityInput, below: SelectionSetNode) -> Part:
    needs = tuple(f"{each.type_condition} {input_outline(each.selections)}" for each in entity.requires)
    paths = tuple(print_path(path) for path in entity.paths)
    return Part(needs, paths, outline(_inner(below) if len(needs) == 1 else below))


def _inner(selections: SelectionSetNode) -> SelectionSetNode:
    """Without the fragment around everything, which names the one type that is sent."""
    first = selections.selections[0]
    if len(selections.selections) > 1 or not isinstance(first, InlineFragmentNode) or first.directives:
        return selections
    return first.selection_set


def _needed(entity: EntityInput, path: Path) -> set[Keys]:
    at = _keys(path)
    return {at} | {keys for fragment in entity.requires for keys in _inputs(fragment, at)}


def _inputs(selection: InputSelection, at: Keys) -> set[Keys]:
    here = (*at, selection.source) if isinstance(selection, InputField) else at
    found = {here} if here != at else set()
    return found.union(*(_inputs(each, here) for each in selection.selections))


def _written(selections: SelectionSetNode | None, at: Keys, renames: Iterable[Rename]) -> set[Keys]:
    renamed = {(*at, *_keys(rename.path), rename.target) for rename in renames}
    return renamed | (_places(selections, at) if selections is not None else set())


def _places(selections: SelectionSetNode, at: Keys) -> set[Keys]:
    found: set[Keys] = set()
    for each in selections.selections:
        here = (*at, _key(each)) if isinstance(each, FieldNode) else at
        if here != at:
            found.add(here)
        below = below_of(each)
        if below is not None:
            found |= _places(below, here)
    return found


def _without_indirect(found: list[Step]) -> tuple[Step, ...]:
    indirect = set(_with_all_before(above for step in found for above in step.waits_for))
    return tuple(step for step in found if step not in indirect)


def _keys(path: Path) -> Keys:
    return tuple(each for each in path if not isinstance(each, OnTypes) and each != LIST)


def _key(node: object) -> str:
    name = getattr(node, "alias", None) or node.name  # type: ignore[attr-defined]
    return str(name.value)
