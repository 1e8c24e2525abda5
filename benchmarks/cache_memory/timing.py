"""How long reads and invalidations take, in a store that holds so much."""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from statistics import quantiles
from typing import Final

from benchmarks.cache_memory.entities import BATCH, Entities
from benchmarks.cache_memory.figures import Times
from router.cache.store import FieldStore, Invalidation

_READS: Final = 100
_INVALIDATIONS: Final = 30


class WrongError(Exception):
    """The store has not what it should have."""


async def fill(
    store: FieldStore, entities: Entities, numbers: range, advance: Callable[[int], None]
) -> list[float]:
    """In batches, each with the stamp of a read before it. Milliseconds of each."""
    found = []
    for start in numbers[::BATCH]:
        fills = entities.batch(start)
        begin = time.perf_counter()
        stamp = (await store.read(())).stamp
        await store.fill(stamp, fills)
        found.append((time.perf_counter() - begin) * 1000)
        advance(BATCH)
    return found


async def measure(store: FieldStore, entities: Entities, count: int, fills: Sequence[float]) -> Times:
    """Reads, then invalidates until nothing is left. Raises WrongError where something is missing or was not dropped."""
    source = random.Random(count)
    read = [await read_some(store, entities, source.sample(range(count), BATCH)) for _ in range(_READS)]
    tags = [entities.tag(source.randrange(count)) for _ in range(_INVALIDATIONS)]
    tag = await _times(store, [Invalidation(tags=(tag,)) for tag in tags])
    of_type = await _times(store, [Invalidation(types=("User",))] * _INVALIDATIONS)
    await read_some(store, entities, source.sample(range(count), BATCH), there=False)
    everything = await _times(store, [Invalidation(everything=True)] * _INVALIDATIONS)
    return Times(count, _usual(fills), _usual(read), tag, of_type, everything)


async def read_some(
    store: FieldStore, entities: Entities, numbers: Sequence[int], *, there: bool = True
) -> float:
    """Milliseconds. Raises WrongError where it is not as it was filled in, or not gone."""
    wanted = [entities.wanted(number) for number in numbers]
    begin = time.perf_counter()
    found = await store.read(wanted)
    taken = (time.perf_counter() - begin) * 1000
    for number, entries in zip(numbers, found.entries, strict=True):
        values = {field: entry.value for field, entry in entries.items()}
        if values != (entities.values(number) if there else {}):
            raise WrongError(f"{entities.name(number)} is {values}")
    return taken


async def _times(store: FieldStore, these: Iterable[Invalidation]) -> float:
    found = []
    for each in these:
        begin = time.perf_counter()
        await store.invalidate(each)
        found.append((time.perf_counter() - begin) * 1000)
    return _usual(found)


def _usual(found: Sequence[float]) -> float:
    """A tenth is faster: what takes longer is mostly others who use the machine."""
    return quantiles(found, n=10)[0] if len(found) > 1 else found[0]
