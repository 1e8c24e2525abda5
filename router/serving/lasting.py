"""What outlives a reload: everything that is about the process, and not about what it serves."""

from dataclasses import dataclass, field

from router.cache.open_store import Stores
from router.cache.outbox.open_consumer import Consumers
from router.telemetry.cache_metrics import CacheMetrics
from router.transport.health import Readiness, Reloads
from router.transport.persisted_queries import MemoryStore


@dataclass(slots=True)
class Lasting:
    """Shared by the applications that a process serves one after another."""

    readiness: Readiness = field(default_factory=Readiness)
    reloads: Reloads = field(default_factory=Reloads)
    queries: MemoryStore = field(default_factory=MemoryStore)
    stores: Stores = field(default_factory=Stores)
    key_sets: dict[str, bytes] = field(default_factory=dict)
    """Those that were read last, by where they are: a new application may begin while their source is away."""
    consumers: Consumers = field(default_factory=Consumers)
    metrics: CacheMetrics | None = None
    """Of stores and consumers, once somebody wants to see them."""

    def flush_metrics(self) -> None:
        """Adds what has been counted since the last time."""
        if self.metrics is None:
            from router.telemetry.catalogue import cache_catalogue

            self.metrics = CacheMetrics(self.stores, cache_catalogue(), self.consumers)
        self.metrics.flush()
