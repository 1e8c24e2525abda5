"""What the field cache counts is in the metrics, once."""

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from router.cache.open_store import OpenStore, Stores
from router.telemetry.cache_metrics import CacheMetrics
from router.telemetry.catalogue import CacheCatalogue
from tests.cache.graph import World
from tests.cache.test_caching import rename, shop

NAMES = "{ products(first: 2) { name orders } }"


class Watched:
    """The metrics of a graph."""

    def __init__(self, graph: World) -> None:
        self._registry = CollectorRegistry()
        opened = OpenStore(graph.store, coordinates=graph.cache.coordinates)
        if graph.cache.answers is not None:
            opened.answers.add(graph.cache.answers)
        self.opened = opened
        self._metrics = CacheMetrics(Stores({("one",): opened}), CacheCatalogue(self._registry))

    def read(self) -> dict[str, float]:
        """By name and the values of labels."""
        self._metrics.flush()
        return {
            " ".join((sample.name.removeprefix("softfactory_cache_"), *sample.labels.values())): sample.value
            for family in text_string_to_metric_families(generate_latest(self._registry).decode())
            for sample in family.samples
            if not sample.name.endswith("_created")
        }


async def test_fields_are_counted_by_where_they_came_from() -> None:
    graph = shop(policy={"*": {"maxAge": 60, "staleWhileRevalidate": 60}, "Product.orders": {"maxAge": 0}})
    watched = Watched(graph)
    await graph.ask(NAMES)
    await graph.ask(NAMES)
    graph.clock.now += 61
    await graph.ask(NAMES)
    for _ in range(2):  # looking does not count
        found = watched.read()
        assert found["fields_total Product.name miss"] == 4
        assert found["fields_total Product.name hit"] == 2
        assert found["fields_total Product.name stale"] == 2
        assert found["fields_total Product.orders uncached"] == 8  # some with the list that was fetched again
        assert "fields_total Product.orders hit" not in found
        assert found["store_total fills"] == graph.store.statistics().fills
        assert found["memory_bytes"] == graph.store.statistics().bytes > 0


async def test_fields_of_whole_answers_count_too() -> None:
    graph = shop()
    graph.keeps_answers = True
    watched = Watched(graph)
    for _ in range(5):
        await graph.ask(NAMES)
    found = watched.read()
    assert found["answers_total"] == 4
    assert found["fields_total Product.name miss"] == 2
    assert found["fields_total Product.name hit"] == 8
    assert found["fields_total Query.products hit"] == 4
    graph.clock.now += 61
    await graph.ask(NAMES)
    assert watched.read()["answers_total"] == 4


async def test_ages_bytes_and_time_are_of_what_was_looked_at() -> None:
    graph = shop()
    graph.compares = True  # all reads are looked at
    graph.rows["Query"]["products"] = _slow(graph)
    watched = Watched(graph)
    await graph.ask(NAMES)
    graph.clock.now += 10
    rename(graph.rows, "1", "new")
    await graph.ask(NAMES)
    found = watched.read()
    assert found["aged_fields_total Product.name"] == 2
    assert 20 <= found["age_seconds_total Product.name"] <= 21
    assert found["found_bytes_total Product.name"] == len(b'"P1""P2"')
    assert found["saved_seconds_total Product.name"] > 0
    assert found["saved_seconds_total Product.name"] == found["fetch_seconds_total Product.name"]
    assert found["compared_fields_total Product.name 15 right"] == 1
    assert found["compared_fields_total Product.name 15 wrong"] == 1


def _slow(graph: World):  # type: ignore[no-untyped-def]
    def products(first: int) -> list[str]:
        graph.clock.now += 0.5
        return ["Product:1", "Product:2"][:first]

    return products
