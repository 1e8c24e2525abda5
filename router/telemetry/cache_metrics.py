"""From what the field cache counts to metrics, now and then: counting has to be cheap, and being counted need not be prompt."""

from collections import defaultdict
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from router.cache.coordinates import AGES, Coordinate
from router.cache.open_store import OpenStore, Stores
from router.cache.outbox.consumer import Consumer
from router.cache.outbox.open_consumer import Consumers

if TYPE_CHECKING:
    from router.telemetry.catalogue import CacheCatalogue

_OF_EVENTS: Final = ("applied", "unknown", "malformed", "gaps", "failures")
_GAUGES: Final = ("bytes",)
_UP_TO: Final = (*(str(age) for age in AGES), "+Inf")


class CacheMetrics:
    """Of one process. Each call adds what has come since the last one."""

    def __init__(
        self, stores: Stores, catalogue: "CacheCatalogue", consumers: Consumers | None = None
    ) -> None:
        self._stores = stores
        self._consumers = consumers or Consumers()
        self._to = catalogue
        self._told: WeakKeyDictionary[Coordinate | OpenStore | Consumer, defaultdict[str, float]] = (
            WeakKeyDictionary()
        )

    def flush(self) -> None:
        """Takes as long as there are coordinates."""
        opened = self._stores.opened()
        for each in opened:
            for answers in tuple(each.answers):
                answers.count()
            for coordinate in each.coordinates:
                self._add(coordinate)
            self._add_store(each)
        consumers = self._consumers.opened()
        for consumer in consumers:
            self._add_consumer(consumer)
        self._to.readers.set(sum(each.statistics().is_reading for each in consumers))
        self._to.memory.set(sum(each.store.statistics().bytes for each in opened))
        self._to.answers_memory.set(
            sum(answers.statistics().bytes for each in opened for answers in tuple(each.answers))
        )

    def _add(self, of: Coordinate) -> None:
        told = self._told.setdefault(of, defaultdict(float))
        to, name = self._to, of.name
        for result, count in (
            ("hit", of.hits),
            ("stale", of.stale),
            ("miss", of.misses),
            ("uncached", of.passed),
        ):
            if more := _more(told, result, count):
                to.fields.labels(name, result).inc(more)
        for key, metric, value in (
            ("age", to.ages, of.age / 1000),
            ("aged", to.aged, of.sampled),
            ("bytes", to.bytes, of.found_bytes),
            ("fetching", to.fetching, of.fetched_in),
            ("saved", to.saved, of.saved),
        ):
            if more := _more(told, key, value):
                metric.labels(name).inc(more)
        for result, counts in (("right", of.right), ("wrong", of.wrong)):
            for up_to, count in zip(_UP_TO, counts, strict=True):
                if more := _more(told, f"{result} {up_to}", count):
                    to.compared.labels(name, result, up_to).inc(more)

    def _add_store(self, opened: OpenStore) -> None:
        told = self._told.setdefault(opened, defaultdict(float))
        for what, count in opened.store.statistics()._asdict().items():
            if what not in _GAUGES and (more := _more(told, what, count)):
                self._to.store.labels(what).inc(more)
        if more := _more(told, "answers", opened.coordinates.answers):
            self._to.answers.inc(more)

    def _add_consumer(self, consumer: Consumer) -> None:
        told = self._told.setdefault(consumer, defaultdict(float))
        found = consumer.statistics()
        for what in _OF_EVENTS:
            if more := _more(told, what, getattr(found, what)):
                self._to.events.labels(what).inc(more)
        if more := _more(told, "lags", found.lags):
            self._to.lags.inc(more)


def _more(told: defaultdict[str, float], key: str, value: float) -> float:
    """What an estimate had too much of is made up for later: counters do not go down."""
    more = value - told[key]
    if more <= 0:
        return 0
    told[key] = value
    return more
