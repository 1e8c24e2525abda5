"""Finding objects in the tree of data that a plan works on."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from router.errors import JsonValue
from router.planner.nodes import LIST, OnTypes, Path

Tree: TypeAlias = dict[str, JsonValue]

Location: TypeAlias = tuple[Any, str | int] | None
"""Where a value lies: its parent's location and its key or index there. None is the root. Shared tails make it cheap."""

ResponsePath: TypeAlias = tuple[str | int, ...]
"""A location written out, as errors have it."""


class Target(NamedTuple):
    """An object of the tree, and where it lies."""

    object: Tree
    location: Location


def select(tree: Tree, paths: Iterable[Path]) -> Iterator[Target]:
    """Every object at one of the paths. Nulls, and whatever has not the shape that the path expects, are passed over."""
    for path in paths:
        found: list[tuple[JsonValue, Location]] = [(tree, None)]
        for element in path:
            found = _step(found, element)
        for value, location in found:
            if isinstance(value, dict):
                yield Target(value, location)


def _step(
    found: list[tuple[JsonValue, Location]], element: str | OnTypes
) -> list[tuple[JsonValue, Location]]:
    if isinstance(element, OnTypes):
        types = element.types
        return [at for at in found if isinstance(at[0], dict) and _typename(at[0]) in types]
    if element == LIST:
        return [
            (item, (location, index))
            for value, location in found
            if isinstance(value, list)
            for index, item in enumerate(value)
        ]
    return [
        (value[element], (location, element))
        for value, location in found
        if isinstance(value, dict) and element in value
    ]


def _typename(value: Tree) -> str | None:
    """None where the subgraph answered something else than a name."""
    typename = value.get("__typename")
    return typename if isinstance(typename, str) else None


def written_out(location: Location) -> ResponsePath:
    """The location from the root down."""
    keys: list[str | int] = []
    while location is not None:
        location, key = location
        keys.append(key)
    return tuple(reversed(keys))


def common_start(paths: Iterable[ResponsePath]) -> ResponsePath:
    """The longest path that all of these begin with."""
    start: ResponsePath | None = None
    for path in paths:
        if start is None:
            start = path
            continue
        length = next((i for i, (a, b) in enumerate(zip(start, path, strict=False)) if a != b), None)
        start = start[: min(len(start), len(path)) if length is None else length]
    return start or ()
