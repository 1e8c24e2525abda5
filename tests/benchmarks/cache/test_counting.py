import time

from benchmarks.cache.counting import CountingStore, Taken
from router.cache.memory import MemoryStore
from router.cache.store import Fill, Wanted


async def test_fields_that_were_there_and_fields_that_were_fetched() -> None:
    store = CountingStore(MemoryStore(time.monotonic, 1_000_000))
    stamp = (await store.read([Wanted("A:1", ("name", "!a"))])).stamp
    await store.fill(
        stamp, [Fill("A:1", {"name": b"1", "size": b"2"}, 1000), Fill("A:2", {"!a": b"null"}, 1000)]
    )
    fetched = frozenset({("A:1", "name"), ("A:1", "size")})
    assert store.take() == Taken(frozenset(), fetched)
    await store.read([Wanted("A:1", ("name", "other")), Wanted("A:2", ("!a",))])
    assert store.take() == Taken(frozenset({("A:1", "name")}), frozenset())
    assert store.take() == Taken(frozenset(), frozenset())
