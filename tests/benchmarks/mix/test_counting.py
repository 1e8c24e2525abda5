from benchmarks.mix.counting import Count, CountingStore
from router.cache.memory import MemoryStore
from router.cache.store import Fill, Invalidation, Wanted


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_hits_are_what_is_fresh_and_what_is_served_stale() -> None:
    clock = Clock()
    store = CountingStore(MemoryStore(clock, 1_000_000), clock, window=2)
    stamp = (await store.read([Wanted("A:1", ("name#String", "size#Int"))])).stamp
    await store.fill(
        stamp,
        [
            Fill("A:1", {"name#String": b"1"}, fresh=1000, stale=500),
            Fill("A:1", {"size#Int": b"2"}, fresh=1000, spare=5000),
        ],
    )
    for clock.now in (0.9, 1.4, 2.4):
        await store.read([Wanted("A:1", ("name#String", "size#Int"))])
    assert store.counts == {
        (0, "A", "name"): Count(asked=3, fresh=1, stale=1),
        (0, "A", "size"): Count(asked=3, fresh=1, stale=0),
        (1, "A", "name"): Count(asked=1),
        (1, "A", "size"): Count(asked=1),
    }


async def test_that_there_is_no_such_entity_is_no_field_and_arguments_make_no_other_field() -> None:
    clock = Clock()
    store = CountingStore(MemoryStore(clock, 1_000_000), clock, window=2)
    await store.read([Wanted("Query:", ('a#Int({"x":1})', 'a#Int({"x":2})|viewer')), Wanted("A:1", ("!a",))])
    assert store.counts == {(0, "Query", "a"): Count(asked=2)}


async def test_what_is_dropped_is_dropped_inside() -> None:
    clock = Clock()
    store = CountingStore(MemoryStore(clock, 1_000_000), clock, window=2)
    stamp = (await store.read(())).stamp
    await store.fill(stamp, [Fill("A:1", {"name": b"1"}, 1000)])
    await store.invalidate(Invalidation(entities=("A:1",)))
    await store.read([Wanted("A:1", ("name",))])
    assert store.counts == {(0, "A", "name"): Count(asked=1)}


def test_a_ratio_of_nothing_is_nothing() -> None:
    assert Count().ratio == 0
    assert Count(asked=4, fresh=1, stale=2).ratio == 0.75
