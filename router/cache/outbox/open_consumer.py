"""The consumer that the settings name: one of a process, whatever number of graphs it serves one after another."""

from dataclasses import dataclass, field

from router.cache.open_store import OpenStore
from router.cache.outbox.consumer import Consumer
from router.cache.outbox.place import OwnPlace, Place, SharedPlace
from router.cache.outbox.stream import Stream
from router.cache.redis_connection import RedisUrlError, connect, partitions
from router.cache.settings import FieldCacheSettings
from router.errors import RouterError


@dataclass(slots=True)
class Consumers:
    """Of one process. Each reads while some graph is served with it."""

    _known: dict[tuple[object, ...], Consumer] = field(default_factory=dict)

    def get(self, settings: FieldCacheSettings, opened: OpenStore) -> Consumer | None:
        """`opened` is the store of these settings. None where there is no stream to read.

        Raises RouterError INVALID_SETTINGS for a URL that is none of Redis.
        """
        stream = settings.invalidation.stream
        url = stream.url or (settings.store if settings.is_in_redis else None)
        if not stream.enabled or url is None:
            return None
        key = id(opened), url, stream.name
        if key not in self._known:
            self._known[key] = _open(settings, opened, url)
        return self._known[key]

    def opened(self) -> tuple[Consumer, ...]:
        """Those that read, and may have."""
        return tuple(self._known.values())


def _open(settings: FieldCacheSettings, opened: OpenStore, url: str) -> Consumer:
    name = settings.invalidation.stream.name
    try:
        stream = Stream(connect(url, name), name)
    except RedisUrlError as error:
        raise RouterError("INVALID_SETTINGS", f"cache.invalidation.stream.url: {error}") from None
    place: Place = OwnPlace()
    if settings.is_in_redis:
        beside = partitions(settings.store, f"{settings.namespace}:outbox:{name}")[0]
        place = SharedPlace(beside.client, beside.prefix)
    return Consumer(opened, stream, place)
