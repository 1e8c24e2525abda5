"""Automatic persisted queries: texts by their hash, in the memory of the process and in Redis where there is one.

The protocol and the codes are Apollo's: https://www.apollographql.com/docs/apollo-server/performance/apq
"""

import hashlib
import logging
import re
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from router.errors import ClientError
from router.transport.parameters import Parameters

_log: Final = logging.getLogger(__name__)
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class QueryStore(Protocol):
    """Texts by the hexadecimal SHA-256 of their UTF-8. Forgets when it has to, and never raises."""

    async def get(self, sha256: str) -> str | None:
        """None where it is not known, or not known any more."""

    async def put(self, sha256: str, query: str) -> None:
        """Keeps the text as long as there is room."""


class MemoryStore:
    """Of one process; drops what was used longest ago as soon as there are more than `size` texts."""

    def __init__(self, size: int = 1000) -> None:
        self.size = size
        self._queries: OrderedDict[str, str] = OrderedDict()

    async def get(self, sha256: str) -> str | None:
        """The text, which is now the one used last."""
        if sha256 in self._queries:
            self._queries.move_to_end(sha256)
        return self._queries.get(sha256)

    async def put(self, sha256: str, query: str) -> None:
        """Makes room if needed."""
        self._queries[sha256] = query
        self._queries.move_to_end(sha256)
        while len(self._queries) > self.size:
            self._queries.popitem(last=False)


class RedisStore:
    """Shared by processes. Without Redis nothing is found, which clients mend by sending the text."""

    def __init__(self, redis: "Redis", ttl_seconds: int) -> None:
        self._redis = redis
        self._ttl_seconds = ttl_seconds

    async def get(self, sha256: str) -> str | None:
        """Checks the text: others may write to this Redis, too."""
        try:
            found = await self._redis.get(_key(sha256))
        except (RedisError, OSError) as error:
            _log.warning("Redis does not answer, persisted queries are looked up in memory only: %s", error)
            return None
        query = found.decode("utf-8", "replace") if isinstance(found, bytes) else found
        return query if query is not None and sha256_of(query) == sha256 else None

    async def put(self, sha256: str, query: str) -> None:
        """Lasts for the time to live."""
        try:
            await self._redis.set(_key(sha256), query.encode(), ex=self._ttl_seconds)
        except (RedisError, OSError) as error:
            _log.warning("Redis does not answer, a persisted query is kept in memory only: %s", error)


class TieredStore:
    """Asks the nearest first, and lets it keep what a farther one knew."""

    def __init__(self, stores: Sequence[QueryStore]) -> None:
        self._stores = stores

    async def get(self, sha256: str) -> str | None:
        """From the first that has it."""
        for position, store in enumerate(self._stores):
            query = await store.get(sha256)
            if query is not None:
                for nearer in self._stores[:position]:
                    await nearer.put(sha256, query)
                return query
        return None

    async def put(self, sha256: str, query: str) -> None:
        """Into all."""
        for store in self._stores:
            await store.put(sha256, query)


class PersistedQueries:
    """Finds the text of a request. Without a store, requests for persisted queries are told that there are none."""

    def __init__(self, store: QueryStore | None) -> None:
        self._store = store

    def hash_of(self, parameters: Parameters) -> str | None:
        """The hash that the request names, if any. Raises ClientError where the request cannot be right."""
        if not parameters.extensions:
            return None
        extension = parameters.extensions.get("persistedQuery")
        if extension is None:
            return None
        if self._store is None:
            raise ClientError("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
        if not isinstance(extension, dict) or extension.get("version") != 1:
            raise ClientError("INVALID_REQUEST", "Unsupported persisted query version")
        sha256 = extension.get("sha256Hash")
        if not isinstance(sha256, str) or not _HASH.fullmatch(sha256.lower()):
            raise ClientError(
                "INVALID_REQUEST", "extensions.persistedQuery.sha256Hash must be a SHA-256, in hexadecimal."
            )
        if parameters.query is not None and sha256_of(parameters.query) != sha256.lower():
            raise ClientError("PERSISTED_QUERY_HASH_MISMATCH", "provided sha does not match query")
        return sha256.lower()

    async def find(self, sha256: str) -> str | None:
        """The text that some earlier request brought."""
        return await self._store.get(sha256) if self._store else None

    async def remember(self, sha256: str, query: str) -> None:
        """For a text that proved to be valid: others would only take the room."""
        if self._store:
            await self._store.put(sha256, query)


def sha256_of(query: str) -> str:
    """Hexadecimal, in lower case."""
    return hashlib.sha256(query.encode()).hexdigest()


def _key(sha256: str) -> str:
    return f"apq:{sha256}"
