"""Reads `extensions.cache` as a client would: the status of each field, by its path."""

import itertools
from collections.abc import Iterator
from typing import Any

Place = tuple[str | int, ...]


def statuses(explained: dict[str, Any]) -> dict[Place, str]:
    """Of all fields; none may be said twice, and the numbers have to be theirs."""
    found: dict[Place, str] = {}
    for entry in explained["fields"]:
        for place in places(entry["path"]):
            assert place not in found
            found[place] = entry["status"]
    counts = {status: explained[status] for status in ("hit", "stale", "miss", "uncached")}
    if "omitted" not in explained:
        assert counts == {status: list(found.values()).count(status) for status in counts}
    return found


def places(path: list[Any]) -> Iterator[Place]:
    """All that an entry is for: `[first, last]` in a path is each item of a list between these."""
    yield from itertools.product(
        *(range(key[0], key[1] + 1) if isinstance(key, list) else (key,) for key in path)
    )


def fields_of(value: Any, path: Place = ()) -> Iterator[Place]:
    """The paths of all fields of an answer. Objects of the random graphs' scalar Json are none."""
    if isinstance(value, dict) and set(value) != {"n", "é"}:
        for key, inner in value.items():
            yield (*path, key)
            yield from fields_of(inner, (*path, key))
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from fields_of(item, (*path, index))
