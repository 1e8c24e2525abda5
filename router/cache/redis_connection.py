"""Clients of Redis by URL: of one server, over TCP, TLS or a socket, or of whichever Sentinel says is the primary."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from redis.asyncio import Redis
from redis.asyncio.connection import SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff

_SENTINEL_PORT: Final = 26379
_RETRIES: Final = 1
"""With a new connection: one from the pool may have been closed by the server meanwhile."""


_CONNECTIONS: Final = 32
"""Of a process, where the URL does not say `max_connections`: Redis does one thing at a time."""


class RedisUrlError(ValueError):
    """What is wrong with a URL; without its password."""


class _SentinelRedis(Redis):
    """Closes its connections to the sentinels, too."""

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await super().aclose(close_connection_pool)
        if isinstance(self.connection_pool, SentinelConnectionPool):
            await self.connection_pool.sentinel_manager.aclose()


def connect(url: str) -> "Redis":
    """A client that connects when it is first used, and again after a failure. Raises RedisUrlError.

    `redis://`, `rediss://` with TLS, `unix://`, and `redis+sentinel://host:port,host:port/service/database` or
    `rediss+sentinel://`. What may stand behind `?` is as in redis-py; `sentinel_username` and `sentinel_password` are for
    the sentinels themselves.
    """
    try:
        parsed = urlsplit(url)
        if "decode_responses" in parsed.query:
            raise RedisUrlError("decode_responses is not for a field cache: it keeps bytes.")
        if parsed.scheme in ("redis+sentinel", "rediss+sentinel"):
            return _connect_by_sentinel(parsed)
        if parsed.scheme not in ("redis", "rediss", "unix"):
            raise RedisUrlError(_unknown(parsed.scheme))
        return Redis.from_url(url, retry=_retry(), max_connections=_CONNECTIONS)
    except RedisUrlError:
        raise
    except ValueError as error:
        raise RedisUrlError(f"This is no URL of Redis: {error}") from None


def _unknown(scheme: str) -> str:
    if scheme in ("redis+cluster", "rediss+cluster"):
        return (
            "The field cache does not work with Redis Cluster: what was invalidated must lie with all entities. "
            "Use one server, or a primary with replicas and redis+sentinel://."
        )
    return (
        f"{scheme or 'Nothing'} is no scheme of Redis: use redis://, rediss://, unix:// or redis+sentinel://."
    )


def _connect_by_sentinel(parsed: SplitResult) -> "Redis":
    user, _, hosts = parsed.netloc.rpartition("@")
    service, _, database = parsed.path.strip("/").partition("/")
    if not hosts or not service or not (database or "0").isdecimal():
        raise RedisUrlError("A URL of Sentinel is redis+sentinel://host:port,host:port/service/database.")
    scheme = parsed.scheme.partition("+")[0]
    as_one = f"{scheme}://{user}@localhost/{database or 0}?{parsed.query}"
    options: dict[str, Any] = {"max_connections": _CONNECTIONS, **parse_url(as_one)}
    options.pop("host")
    if options.pop("connection_class", None) is SSLConnection:
        options["ssl"] = True
    to_sentinels = {
        name: options.pop(f"sentinel_{name}")
        for name in ("username", "password")
        if f"sentinel_{name}" in options
    }
    sentinel = Sentinel(  # type: ignore[no-untyped-call]
        [_address(host) for host in hosts.split(",")],
        sentinel_kwargs={**_of_tls(options), **to_sentinels, "retry": _retry()},
        **{**options, "retry": _retry()},
    )
    client: Redis = sentinel.master_for(unquote(service), redis_class=_SentinelRedis)
    return client


def _address(host: str) -> tuple[str, int]:
    parsed = urlsplit(f"//{host}")
    if not parsed.hostname:
        raise RedisUrlError("A sentinel has no name.")
    return parsed.hostname, parsed.port or _SENTINEL_PORT


def _of_tls(options: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in options.items() if name == "ssl" or name.startswith("ssl_")}


def _retry() -> Retry:
    return Retry(NoBackoff(), _RETRIES)
