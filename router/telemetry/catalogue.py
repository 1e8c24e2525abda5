"""All metrics, with their names and what they mean. Import it late: where processes share metrics, that is decided by then."""

from functools import cache

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge

_COORDINATE = ("coordinate",)


class CacheCatalogue:
    """Of the field cache. A coordinate is `Type.field`."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        def counter(name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
            return Counter(f"softfactory_cache_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str) -> Gauge:
            return Gauge(f"softfactory_cache_{name}", text, registry=registry, multiprocess_mode="livesum")

        self.fields = counter(
            "fields",
            "Fields of answers: found (hit, or stale while it is fetched again), fetched and kept (miss), or never kept (uncached).",
            ("coordinate", "result"),
        )
        self.ages = counter(
            "age_seconds", "Sum of the ages of those values that were found and looked at.", _COORDINATE
        )
        self.aged = counter(
            "aged_fields", "How many values were looked at for their age: one of 16 reads.", _COORDINATE
        )
        self.bytes = counter(
            "found_bytes",
            "Bytes of JSON that were found, estimated by those that were looked at.",
            _COORDINATE,
        )
        self.fetching = counter(
            "fetch_seconds", "Time of fetches, shared out among the fields that they brought.", _COORDINATE
        )
        self.saved = counter(
            "saved_seconds",
            "Time of fetching that was saved: what a field takes on average, for each that was found.",
            _COORDINATE,
        )
        self.compared = counter(
            "compared_fields",
            "Shadow mode: values that were found and compared with the subgraph's, by age up to `le` seconds.",
            ("coordinate", "result", "le"),
        )
        self.answers = counter("answers", "Whole answers that were found in the memory of a process.")
        self.store = counter(
            "store",
            "What the store did: reads, fills, invalidations; entries wanted, found, refused since they came too late, evicted; "
            "failures of Redis, and garbage in it.",
            ("what",),
        )
        self.events = counter(
            "events",
            "Events of subgraphs: applied, those of them that the graph knows nothing of (unknown), and malformed ones; "
            "how often some were lost (gaps), or could not be read or applied (failures).",
            ("what",),
        )
        self.lags = counter(
            "event_lag_seconds", "Sum of the times from an event's creation until it was in force."
        )
        self.readers = gauge("event_readers", "Processes that read events of subgraphs.")
        self.memory = gauge("memory_bytes", "Bytes of fields in the memory of processes.")
        self.answers_memory = gauge("answers_bytes", "Bytes of whole answers in the memory of processes.")


@cache
def cache_catalogue() -> CacheCatalogue:
    """That of the process: a name can be registered once."""
    return CacheCatalogue()
