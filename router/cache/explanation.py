"""`extensions.cache`: for each field of the client's answer, whether it came from the cache."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from router.cache.trace import Origin, Status, Trace
from router.errors import JsonValue
from router.executor.tree import ResponsePath

_MOST: Final = 2000
"""Entries that are listed; the others are counted."""

_MS: Final = 1000


def explanation(data: JsonValue, trace: Trace) -> dict[str, JsonValue]:
    """Numbers of fields by status, and `fields` in the order of the answer, of which equal neighbours in a list are one."""
    counts = dict.fromkeys(Status, 0)
    entries = list(_entries(_node(data, (), trace, counts), ()))
    result: dict[str, JsonValue] = {status.value: count for status, count in counts.items()}
    result["fields"] = entries[:_MOST]
    if len(entries) > _MOST:
        result["omitted"] = len(entries) - _MOST
    return result


@dataclass(slots=True)
class _Field:
    origin: Origin
    below: "_Node"


@dataclass(slots=True)
class _Run:
    """Items of a list that have the same fields with the same statuses."""

    first: int
    last: int
    item: "_Node"


_Node: TypeAlias = Mapping[str, _Field] | list[_Run] | None


def _node(value: JsonValue, path: ResponsePath, trace: Trace, counts: dict[Status, int]) -> _Node:
    if isinstance(value, dict):
        fields = {}
        for key, inner in value.items():
            here = (*path, key)
            origin = trace.origin(here)
            counts[origin.status] += 1
            fields[key] = _Field(origin, _node(inner, here, trace, counts))
        return fields
    if not isinstance(value, list):
        return None
    runs: list[_Run] = []
    for index, item in enumerate(value):
        node = _node(item, (*path, index), trace, counts)
        if runs and _is_like(runs[-1].item, node):
            runs[-1] = _Run(runs[-1].first, index, _both(runs[-1].item, node))
        else:
            runs.append(_Run(index, index, node))
    return runs


def _is_like(one: _Node, other: _Node) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(
            field.origin.status is other[key].origin.status and _is_like(field.below, other[key].below)
            for key, field in one.items()
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            (a.first, a.last) == (b.first, b.last) and _is_like(a.item, b.item)
            for a, b in zip(one, other, strict=True)
        )
    return one is other


def _both(one: _Node, other: _Node) -> _Node:
    """Of two that are alike: the older age, and what ends first."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {key: _Field(_older(field.origin, other[key].origin), _both(field.below, other[key].below))
                for key, field in one.items()}  # fmt: skip
    if isinstance(one, list) and isinstance(other, list):
        return [_Run(a.first, a.last, _both(a.item, b.item)) for a, b in zip(one, other, strict=True)]
    return one


def _older(one: Origin, other: Origin) -> Origin:
    return Origin(one.status, max(one.age, other.age), min(one.left, other.left))


def _entries(node: _Node, path: list[JsonValue] | tuple[()]) -> Iterator[dict[str, JsonValue]]:
    if isinstance(node, Mapping):
        for key, field in node.items():
            here = [*path, key]
            yield {"path": here, **_told(field.origin)}
            yield from _entries(field.below, here)
    elif node is not None:
        for run in node:
            place: JsonValue = run.first if run.first == run.last else [run.first, run.last]
            yield from _entries(run.item, [*path, place])


def _told(origin: Origin) -> dict[str, JsonValue]:
    """Seconds."""
    told: dict[str, JsonValue] = {"status": origin.status.value}
    if origin.status in (Status.HIT, Status.STALE):
        told["age"] = origin.age / _MS
    if origin.left > 0:
        told["ttl"] = origin.left / _MS
    return told
