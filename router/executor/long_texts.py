"""Which texts of an answer are long: what the first run of an operation tells about those to come."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from router.errors import JsonValue

LONG: Final = 128
"""Characters, on average. Shorter ones cost no less when they are left as they are."""

KeyPath = tuple[str, ...]


def long_texts(data: JsonValue, length: int = LONG) -> frozenset[KeyPath]:
    """Their paths: response keys, without the places in lists. `length` is in characters, on average."""
    lengths: defaultdict[KeyPath, list[int]] = defaultdict(list)
    for path, found in _texts(data, ()):
        lengths[path].append(found)
    return frozenset(path for path, found in lengths.items() if sum(found) >= length * len(found))


def _texts(value: JsonValue, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    if isinstance(value, str):
        yield path, len(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, path)
