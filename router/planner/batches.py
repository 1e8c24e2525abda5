"""Gathers entity fetches to one subgraph into one request, wherever that makes no chain of requests longer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

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
        if batch.groups[0].is_entity_fetch:
            by_target.setdefault((batch.graph, batch.conditions), []).append(batch)
    for candidates in by_target.values():
        if len(candidates) > 1:
            found = _merge_candidates(found, candidates)
    return _in_order(found)


def _single(group: FetchGroup) -> Batch:
    return Batch(group.graph, [group], common_conditions(group))


def _merge_candidates(all_batches: list[Batch], candidates: list[Batch]) -> list[Batch]:
    """Later ones take in earlier ones that can wait for them; after each merge the levels are counted anew."""
    remaining = list(candidates)
    while True:
        earliest, latest = _levels(all_batches)
        remaining.sort(key=lambda batch: earliest[batch])
        pair = next(
            (
                (one, other)
                for position, one in enumerate(remaining)
                for other in remaining[position + 1 :]
                if earliest[other] <= latest[one] and not _reaches(other, one)
            ),
            None,
        )
        if pair is None:
            return all_batches
        one, other = pair
        other.groups = [*one.groups, *other.groups]
        other.parents.update(one.parents)
        for batch in all_batches:
            if one in batch.parents:
                del batch.parents[one]
                batch.parents[other] = None
        all_batches = [batch for batch in all_batches if batch is not one]
        remaining.remove(one)


def _levels(all_batches: list[Batch]) -> tuple[dict[Batch, int], dict[Batch, int]]:
    """The earliest and the latest level of each batch within the depth of the whole."""
    ordered = _in_order(all_batches)
    earliest: dict[Batch, int] = {}
    for batch in ordered:
        earliest[batch] = 1 + max((earliest[parent] for parent in batch.parents), default=-1)
    last = max(earliest.values(), default=0)
    latest = dict.fromkeys(ordered, last)
    for batch in reversed(ordered):
        for parent in batch.parents:
            latest[parent] = min(latest[parent], latest[batch] - 1)
    return earliest, latest


def _reaches(batch: Batch, target: Batch) -> bool:
    """Whether `batch` waits for `target`."""
    pending, seen = [batch], {batch}
    while pending:
        for parent in pending.pop().parents:
            if parent is target:
                return True
            if parent not in seen:
                seen.add(parent)
                pending.append(parent)
    return False


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
