"""Sets our plans beside those of the reference planner: `python -m tests.conformance.plans [FILE]`.

A case passes if our plan needs no more fetches and no more sequential steps than the reference's, or if both refuse.
The file has a case per line: `supergraph`, `operation`, `operation_name`, `options`, and of the reference `fetch_count`,
`depth`, or `plan_error`. Operations that the reference plans are not validated: it does not validate all of them either.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from router.errors import RouterError
from router.federation.supergraph import Supergraph
from router.operation import choose_operation, load_operation, parse_document
from router.planner import plan
from router.planner.nodes import (
    ConditionNode,
    DeferNode,
    FetchNode,
    ParallelNode,
    PlanNode,
    SequenceNode,
    SubscriptionNode,
)

DEFAULT = Path(__file__).parents[3] / "shared" / "corpora" / "plans.dev.jsonl"


def main() -> int:
    """Prints every difference, the distribution, and as last line `N passed, N failed`."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    if not path.exists():
        print(f"{path} is not here: nothing is measured.")
        return 0 if len(sys.argv) == 1 else 2
    problems: list[str] = []
    spread: Counter[str] = Counter()
    for case in read_cases(path):
        problem = check(case, spread)
        if problem is None:
            spread["passed"] += 1
        else:
            problems.append(f"{case['id']} {case['test']}: {problem}")
    for problem in problems:
        print(problem)
    print("fetches and steps, ours less the reference's: " + _distribution(spread))
    print(f"{spread['passed']} passed, {len(problems)} failed")
    return 1 if problems else 0


def check(case: dict[str, Any], spread: Counter[str]) -> str | None:
    """What is worse in our plan, or None."""
    refused = case.get("plan_error")
    try:
        supergraph = Supergraph.parse(case["supergraph"])
        if refused:
            load_operation(supergraph, case["operation"], case.get("operation_name"))
        operation = choose_operation(parse_document(case["operation"]), case.get("operation_name"))
        found = plan(supergraph, operation, labels_of(case), defer=_defers(case)).node
    except RouterError as error:
        return None if refused else f"{error.code}: {error.message}"
    except Exception as error:
        return f"crash: {error!r}"
    if refused:
        return f"planned, but the reference refuses: {refused}"
    more = (fetches(found) - case["fetch_count"], steps(found) - case["depth"])
    spread[f"{more[0]:+d}/{more[1]:+d}"] += 1
    if max(more) > 0:
        return f"{more[0]:+d} fetches, {more[1]:+d} steps"
    return None


def fetches(node: PlanNode | None) -> int:
    """Requests to subgraphs if every condition holds that can."""
    return sum(1 for _ in _fetches(node))


def steps(node: PlanNode | None) -> int:
    """The longest chain of requests, deferred parts included."""
    return _end(node, 0, {})


def _end(node: PlanNode | None, start: int, ends: dict[int, int]) -> int:
    """How many requests have been made one after another when the node is done. `ends` has those of ids."""
    if node is None:
        return start
    if isinstance(node, FetchNode):
        if node.id is not None:
            ends[node.id] = start + 1
        return start + 1
    if isinstance(node, SequenceNode):
        for each in node.nodes:
            start = _end(each, start, ends)
        return start
    if isinstance(node, SubscriptionNode):
        return _end(node.rest, _end(node.primary, start, ends), ends)
    if isinstance(node, DeferNode):
        last = _end(node.primary, start, ends)
        for part in node.deferred:
            begin = max((ends[each] for each in part.depends), default=start)
            last = max(last, _end(part.node, begin, ends))
        return last
    return max(_end(each, start, ends) for each in _children(node))


def _fetches(node: PlanNode | None) -> Iterator[FetchNode]:
    if isinstance(node, FetchNode):
        yield node
    elif node is not None:
        for each in _children(node):
            yield from _fetches(each)


def _children(node: PlanNode) -> list[PlanNode | None]:
    match node:
        case ConditionNode():
            return [node.if_true, node.if_false]
        case DeferNode():
            return [node.primary, *(each.node for each in node.deferred)]
        case SubscriptionNode():
            return [node.primary, node.rest]
        case SequenceNode() | ParallelNode():
            return list(node.nodes)
        case FetchNode():
            return []


def _defers(case: dict[str, Any]) -> bool:
    delivery = (case.get("config") or {}).get("incrementalDelivery") or {}
    return bool(delivery.get("enableDefer"))


def labels_of(case: dict[str, Any]) -> frozenset[str]:
    """The override labels that are on for the case."""
    conditions = (case.get("options") or {}).get("overrideConditions") or {}
    return frozenset(label for label, is_on in conditions.items() if is_on)


def _distribution(spread: Counter[str]) -> str:
    kinds = sorted((item for item in spread.items() if "/" in item[0]), key=lambda item: -item[1])
    return ", ".join(f"{kind}: {count}" for kind, count in kinds)


def read_cases(path: Path) -> Iterator[dict[str, Any]]:
    """One case per line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


if __name__ == "__main__":
    raise SystemExit(main())
