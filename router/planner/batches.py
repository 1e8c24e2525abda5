"""Gathers entity fetches to one subgraph into one request, wherever that makes no chain of requests longer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from router.operation.selection import ALWAYS, Conditions
from router.planner.conditions import common_conditions
from router.planner.fetch_graph import FetchGroup


@dataclass(slots=True, eq=False)
class Batch:
    """The fetches that travel in one request."""

    graph: str
    groups: list[FetchGroup]
    conditions: Conditions = ALWAYS
    parents: dict["Batch", None] = field(default_factory=dict)


def batches(groups: Sequence[FetchGroup]) -> list[Batch]:
    """Every fetch in exactly one batch, in an order in which they can run. Parents come before, or are not among them."""
    found = [_single(group) for group in groups]
    owner = {batch.groups[0]: batch for batch in found}
    for batch in found:
        batch.parents = {owner[parent]: None for parent in batch.groups[0].parents if parent in owner}
    by_target: dict[tuple[str, Conditions], list[Batch]] = {}
    for batch in found:
        if batch.groups[0].is_entity_fetch and not batch.groups[0].contexts:
            by_target.setdefault((batch.graph, batch.conditions), []).append(batch)
    merging = _Merging(found)
    for candidates in by_target.values():
        merging.merge(candidates)
    return _in_order(merging.left())


def _single(group: FetchGroup) -> Batch:
    return Batch(group.graph, [group], common_conditions(group))


class _Merging:
    """Knows at every moment the earliest and the latest level of each batch within the depth of the whole.

    A merge only ever makes the earliest later and the latest earlier, and lets more batches wait for others. So what
    cannot be merged once never can, every pair is looked at once, and levels are counted on from where they change.
    """

    def __init__(self, found: list[Batch]) -> None:
        self._found = found
        self._gone: set[Batch] = set()
        self._children: dict[Batch, dict[Batch, None]] = {batch: {} for batch in found}
        self._earliest: dict[Batch, int] = {}
        ordered = _in_order(found)
        for batch in ordered:
            for parent in batch.parents:
                self._children[parent][batch] = None
            self._earliest[batch] = 1 + max((self._earliest[parent] for parent in batch.parents), default=-1)
        self._latest = dict.fromkeys(ordered, max(self._earliest.values(), default=0))
        for batch in reversed(ordered):
            self._advance_parents(batch)

    def left(self) -> list[Batch]:
        """What has not been taken in by others."""
        return [batch for batch in self._found if batch not in self._gone]

    def merge(self, candidates: list[Batch]) -> None:
        """Later ones take in earlier ones that can wait for them."""
        remaining = sorted(candidates, key=self._earliest.__getitem__)
        while remaining:
            level = self._earliest[remaining[0]]
            alike = list(takewhile(lambda batch: self._earliest[batch] == level, remaining))  # noqa: B023 - used at once
            remaining = remaining[len(alike) :]
            one = alike.pop()
            self._take_in(one, alike)
            other = self._partner(one, remaining)
            if other is not None:
                self._take_in(other, [one])
                remaining.sort(key=self._earliest.__getitem__)

    def _partner(self, one: Batch, later: list[Batch]) -> Batch | None:
        """The first that can take it in: one to be sent while it can still wait, and that does not wait for it."""
        if not later or self._earliest[later[0]] > self._latest[one]:
            return None
        waiting = self._waiting_for(one)
        soon = takewhile(lambda batch: self._earliest[batch] <= self._latest[one], later)
        return next((batch for batch in soon if batch not in waiting), None)

    def _waiting_for(self, one: Batch) -> set[Batch]:
        found: set[Batch] = set()
        pending = [one]
        while pending:
            for child in self._children[pending.pop()]:
                if child not in found:
                    found.add(child)
                    pending.append(child)
        return found

    def _take_in(self, other: Batch, ones: list[Batch]) -> None:
        other.groups = [group for one in ones for group in one.groups] + other.groups
        children = self._children[other]
        for one in reversed(ones):
            other.parents.update(one.parents)
            for parent in one.parents:
                del self._children[parent][one]
                self._children[parent][other] = None
            for child in self._children[one]:
                del child.parents[one]
                child.parents[other] = None
            children.update(self._children[one])
        self._gone.update(ones)
        self._latest[other] = min(self._latest[each] for each in (*ones, other))
        self._advance(other)
        self._delay(other)

    def _advance(self, batch: Batch) -> None:
        pending = [batch]
        while pending:
            pending.extend(self._advance_parents(pending.pop()))

    def _advance_parents(self, batch: Batch) -> list[Batch]:
        latest = self._latest[batch] - 1
        found = [parent for parent in batch.parents if self._latest[parent] > latest]
        self._latest.update(dict.fromkeys(found, latest))
        return found

    def _delay(self, batch: Batch) -> None:
        pending = [batch]
        while pending:
            parent = pending.pop()
            earliest = self._earliest[parent] + 1
            found = [child for child in self._children[parent] if self._earliest[child] < earliest]
            self._earliest.update(dict.fromkeys(found, earliest))
            pending.extend(found)


def _in_order(all_batches: Iterable[Batch]) -> list[Batch]:
    done: dict[Batch, None] = {}
    pending = list(reversed(list(all_batches)))
    while pending:
        batch = pending[-1]
        missing = [parent for parent in batch.parents if parent not in done]
        if missing:
            pending.extend(missing)
        else:
            done[pending.pop()] = None
    return list(done)
