"""Shadow mode: what was found is fetched all the same, after the answer, and compared: how old does a value get before it is wrong?"""

from collections.abc import Mapping
from typing import Final

import msgspec

from router.cache.coordinates import Coordinate
from router.cache.fetching import UNUSABLE, Fetching
from router.cache.shape import Shape
from router.cache.store import FieldStore, Wanted
from router.cache.under_way import FieldOf
from router.upstream.subgraph import SubgraphError

_decode: Final = msgspec.json.decode

Hits = Mapping[FieldOf, tuple[Coordinate, bytes, int]]
"""Of each value that was found: what it is of, the value, and its age in milliseconds."""


async def compare(fetching: Fetching, store: FieldStore, shape: Shape, hits: Hits) -> None:
    """Counts each of them, with its age, as right or wrong. Nothing is counted where the subgraph fails.

    What was dropped while the subgraph was asked is not counted as wrong: nobody is given it any more.
    """
    try:
        found = await fetching.again(shape)
    except (SubgraphError, *UNUSABLE):
        return
    wrong: dict[str, list[str]] = {}
    for (entity, id_), (coordinate, value, age) in hits.items():
        now = found.get(entity, {}).get(id_)
        if now is None:
            continue  # it is not part of the answer any more, since something that leads to it has changed
        if _is_same(value, now):
            coordinate.compared(age, is_wrong=False)
        else:
            wrong.setdefault(entity, []).append(id_)
    if not wrong:
        return
    still = await store.read([Wanted(entity, tuple(ids)) for entity, ids in wrong.items()])
    for entity, entries in zip(wrong, still.entries, strict=True):
        for id_, entry in entries.items():
            coordinate, value, age = hits[entity, id_]
            if entry.value == value:
                coordinate.compared(age, is_wrong=True)


def _is_same(one: bytes, other: bytes) -> bool:
    """Whatever the order of an object's members, and however numbers are written."""
    return one == other or bool(_decode(one) == _decode(other))
