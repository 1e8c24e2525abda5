"""Tells a running router, or the Redis behind it, what is old."""

import asyncio
from collections.abc import Sequence
from typing import Final

import aiohttp
import msgspec
from redis.exceptions import RedisError

from router.cache.invalidation_request import Asked, encode
from router.cache.open_store import open_redis
from router.cache.redis_connection import RedisUrlError, partitions
from router.cache.redis_store import RedisStoreOptions
from router.cache.store import Invalidation, StoreUnavailableError
from router.errors import JsonValue

_SECONDS: Final = 10
_MAX_BYTES: Final = 10_000_000
_ACCEPTED: Final = 202
_HINTS: Final = {
    401: "The key is cache.invalidation.shared_key of the router: set SOFTFACTORY_CACHE_KEY.",
    404: "A router has this endpoint only with cache.store and cache.invalidation.shared_key; "
    "its path is cache.invalidation.path.",
    503: "It may have been done all the same.",
}


class PurgeError(Exception):
    """Nobody knows that it was done. A line says what is wrong, and if it can, what to do next."""

    def __init__(self, *lines: str) -> None:
        super().__init__(" ".join(lines))
        self.lines = lines


async def purge_router(url: str, key: str, asked: Sequence[Asked]) -> Sequence[str] | None:
    """Gives the surrogate keys, None where the router has none. Raises PurgeError."""
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=encode(asked), headers=headers, allow_redirects=False) as answer,
        ):
            status, body = answer.status, await _read(answer.content)
    except TimeoutError:
        raise PurgeError(f"{url} did not answer within {_SECONDS} seconds.") from None
    except (aiohttp.ClientError, ValueError) as error:
        raise PurgeError(f"{url} cannot be reached: {error}") from None
    if status != _ACCEPTED:
        raise PurgeError(_refusal(url, status, body), *([_HINTS[status]] if status in _HINTS else ()))
    return _keys(body)


async def purge_redis(url: str, namespace: str, what: Invalidation) -> bool:
    """Whether a router has used the namespace. Raises PurgeError."""
    try:
        found = partitions(url, namespace)
    except RedisUrlError as error:
        raise PurgeError(str(error)) from None
    store = open_redis(found, RedisStoreOptions(timeout=_SECONDS))
    try:
        async with asyncio.timeout(_SECONDS):
            clocks = await asyncio.gather(*(each.client.exists(f"{each.prefix}:clock") for each in found))
        await store.invalidate(what)
    except TimeoutError:
        raise PurgeError(f"Redis did not answer within {_SECONDS} seconds.") from None
    except (RedisError, OSError) as error:
        raise PurgeError(f"Redis cannot be used: {error}") from None
    except StoreUnavailableError as error:
        raise PurgeError(str(error)) from None
    finally:
        await store.close()
    return any(clocks)


async def _read(content: aiohttp.StreamReader) -> bytes:
    """As far as a router's answer goes."""
    found = bytearray()
    async for part in content.iter_any():
        found += part
        if len(found) > _MAX_BYTES:
            break
    return bytes(found)


class _Done(msgspec.Struct):
    surrogate_keys: list[str] | None = None


def _keys(body: bytes) -> Sequence[str] | None:
    try:
        return msgspec.json.decode(body, type=_Done).surrogate_keys
    except ValueError:
        return None


class _Answer(msgspec.Struct):
    errors: list[dict[str, JsonValue]]


def _refusal(url: str, status: int, body: bytes) -> str:
    try:
        error = msgspec.json.decode(body, type=_Answer).errors[0]
        return f"{error['extensions']['code']}: {error['message']}"
    except (ValueError, LookupError, TypeError):
        return f"{url} answered {status}, which is not how a router says that it is done."
