"""Batches are those of the plain algorithm, which counts all levels anew after each merge, in time that grows with the graph."""

import random
import sys
from collections.abc import Callable, Iterable
from functools import partial
from types import FrameType
from typing import Any

import pytest
from graphql import NamedTypeNode, NameNode

from router.planner.batches import batches
from router.planner.fetch_graph import ENTITY, FetchGroup, Out, OutField

Merged = list[tuple[list[int], list[int]]]
"""For each batch its fetches, and the first fetch of each batch that it waits for."""


def fetch(number: int, graph: str, parents: Iterable[FetchGroup], condition: str | None = None) -> FetchGroup:
    parents = list(parents)
    group = FetchGroup(graph, (f"p{number}",), Out(ENTITY if parents else "Query"), number=number)
    conditions = frozenset([(condition, True)] if condition else [])
    any_type = NamedTypeNode(name=NameNode(value="T"))
    out = group.out.on("T") if parents else group.out
    out.add(OutField("f", "f", any_type, conditions=conditions))
    group.depends_on(parents)
    return group


def random_fetches(seed: int) -> list[FetchGroup]:
    rnd = random.Random(seed)
    size, graphs, most = rnd.randint(1, 25), rnd.randint(1, 5), rnd.randint(1, 4)
    groups: list[FetchGroup] = []
    for number in range(size):
        parents = rnd.sample(groups, min(len(groups), rnd.randint(0 if number < 4 else 1, most)))
        groups.append(fetch(number, f"s{rnd.randrange(graphs)}", parents, rnd.choice([None, None, "a"])))
    return groups


def plain(groups: list[FetchGroup]) -> Merged:
    """The definition: as long as a pair of one subgraph can be merged, merge the first, and begin again."""
    members = {group: [group] for group in groups}
    parents = {group: dict(group.parents) for group in groups}
    targets: dict[Any, list[FetchGroup]] = {}
    for group in groups:
        if group.is_entity_fetch:
            conditions = next(iter(group.out.fragments["T"].fields.values())).conditions
            targets.setdefault((group.graph, conditions), []).append(group)
    for found in targets.values():
        while (pair := first_pair(found, parents)) is not None:
            one, other = pair
            members[other] = members.pop(one) + members[other]
            parents[other] |= parents.pop(one)
            for waiting in parents.values():
                if one in waiting:
                    del waiting[one]
                    waiting[other] = None
            found.remove(one)
    return [
        ([each.number for each in members[group]], [members[each][0].number for each in parents[group]])
        for group in in_order(list(parents), parents)
    ]


def first_pair(
    found: list[FetchGroup], parents: dict[FetchGroup, dict[FetchGroup, None]]
) -> tuple[FetchGroup, FetchGroup] | None:
    order = in_order(list(parents), parents)
    earliest: dict[FetchGroup, int] = {}
    above: dict[FetchGroup, set[FetchGroup]] = {}
    for group in order:
        earliest[group] = 1 + max((earliest[each] for each in parents[group]), default=-1)
        above[group] = set(parents[group]).union(*(above[each] for each in parents[group]))
    latest = dict.fromkeys(order, max(earliest.values()))
    for group in reversed(order):
        for each in parents[group]:
            latest[each] = min(latest[each], latest[group] - 1)
    found.sort(key=lambda group: earliest[group])
    for position, one in enumerate(found):
        for other in found[position + 1 :]:
            if earliest[other] <= latest[one] and one not in above[other]:
                return one, other
    return None


def in_order(groups: list[FetchGroup], parents: dict[FetchGroup, dict[FetchGroup, None]]) -> list[FetchGroup]:
    done: dict[FetchGroup, None] = {}

    def visit(group: FetchGroup) -> None:
        for each in reversed([each for each in parents[group] if each not in done]):
            visit(each)
        done[group] = None

    for group in groups:
        visit(group)
    return list(done)


@pytest.mark.parametrize("seed", range(300))
def test_the_batches_are_those_of_the_definition(seed: int) -> None:
    groups = random_fetches(seed)
    found = batches(groups)
    first = {batch: batch.groups[0].number for batch in found}
    told = [([g.number for g in batch.groups], [first[each] for each in batch.parents]) for batch in found]
    assert sorted(told) == sorted(plain(random_fetches(seed)))


def lines(work: Callable[[], object]) -> int:
    """How many lines of Python run, turns of loops included: work without a clock."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def wide(size: int) -> list[FetchGroup]:
    """Two levels of fetches to a few subgraphs below one root."""
    root = fetch(0, "root", [])
    first = [fetch(number, f"s{number % 7}", [root]) for number in range(1, size)]
    second = [fetch(size + number, f"s{number % 5}", [each]) for number, each in enumerate(first)]
    return [root, *first, *second]


def test_work_grows_with_the_number_of_fetches_only() -> None:
    small, large = (lines(partial(batches, groups)) for groups in (wide(100), wide(800)))
    assert large < small * 12
