"""The Redis stream of the events of all services, for whoever keeps copies of what services own.

An entry has the fields `event_id`, `source` (the service), `entity_type`, `entity_key`, `kind`, `created_at` (ISO 8601) and
`payload` (a JSON object).
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from sqlalchemy import Row

from subgraphs.kit.settings import SubgraphSettings

_SECONDS: Final = 2.0
"""How long Redis may take for an answer. Other processes of the service wait for their turn meanwhile."""
_RETRIES: Final = 1
"""With a new connection: the server may have closed the one that was left open."""


class EventStream:
    """The end of it that is written to. `source` is the name of the service."""

    def __init__(self, url: str, settings: SubgraphSettings, source: str) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=_SECONDS,
            socket_connect_timeout=_SECONDS,
            retry=Retry(NoBackoff(), _RETRIES),
        )
        self._name = settings.outbox_stream
        self._length = settings.outbox_stream_length
        self._source = source

    async def add(self, events: Sequence[Row[*tuple[Any, ...]]]) -> None:
        """All of them, in their order, or none. Raises RedisError or OSError, and then nobody knows which."""
        pipeline = self._redis.pipeline(transaction=True)
        for event in events:
            pipeline.xadd(self._name, self._fields(event), maxlen=self._length, approximate=True)
        await pipeline.execute()

    async def close(self) -> None:
        """Its connections."""
        await self._redis.aclose()

    def _fields(self, event: Row[*tuple[Any, ...]]) -> dict[Any, Any]:
        return {
            "event_id": str(event.event_id),
            "source": self._source,
            "entity_type": event.entity_type,
            "entity_key": event.entity_key,
            "kind": event.kind,
            "created_at": event.created_at.isoformat(),
            "payload": msgspec.json.encode(event.payload),
        }
