"""Clients of Redis by URL: of one server, over TCP, TLS or a socket, of whichever Sentinel says is the primary, or of a Cluster.

In a Cluster, a script and all keys that it touches have to be at one node. So what is kept there has partitions, each of which
is whole, in one slot of its own, and has a client of its own.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Final, NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from redis.asyncio import Redis
from redis.asyncio.connection import Connection, SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from router.cache.redis_cluster import Address, ClusterNodes, ClusterRedis, SlotOwner

_PORT: Final = 6379
_SENTINEL_PORT: Final = 26379
_CLUSTER: Final = ("redis+cluster://", "rediss+cluster://")
_MOST_PARTITIONS: Final = 256
_RETRIES: Final = 1
"""With a new connection: one from the pool may have been closed by the server meanwhile."""

_PATIENCE: Final[Mapping[str, Any]] = {"socket_timeout": None}
"""Where the URL does not say any, nobody's but that of whoever asks. With one of its own, redis-py does each command within
`wait_for`: a task each, and before Python 3.12 one that may lose a cancellation, so that what should have ended goes on."""
_CONNECTIONS: Final = 32
"""Of a process, where the URL does not say `max_connections`: Redis does one thing at a time."""
_CONNECTIONS_TO_PARTITION: Final = 4
"""At least."""


class RedisUrlError(ValueError):
    """What is wrong with a URL; without its password."""


class Partition(NamedTuple):
    """`prefix` begins the name of each of its keys."""

    client: "Redis"
    prefix: str


class _SentinelRedis(Redis):
    """Closes its connections to the sentinels, too."""

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await super().aclose(close_connection_pool)
        if isinstance(self.connection_pool, SentinelConnectionPool):
            await self.connection_pool.sentinel_manager.aclose()


class _ClusterUrl(NamedTuple):
    """`options` are those of a pool."""

    nodes: ClusterNodes
    partitions: int
    options: Mapping[str, Any]
    tls: bool

    def client(self, key: str) -> "Redis":
        """Of the slot that it is in."""
        return ClusterRedis.of(SlotOwner(self.nodes, key_slot(key.encode())), self.options, tls=self.tls)


def partitions(url: str, namespace: str) -> Sequence[Partition]:
    """One, but for a Cluster with `?partitions=16`. Raises RedisUrlError."""
    if not url.startswith(_CLUSTER):
        return [Partition(connect(url), namespace)]
    cluster = _cluster(url)
    prefixes = [_prefix(namespace, each, cluster.partitions) for each in range(cluster.partitions)]
    return [Partition(cluster.client(prefix), prefix) for prefix in prefixes]


def connect(url: str, key: str = "") -> "Redis":
    """A client that connects when it is first used, and again after a failure. Raises RedisUrlError.

    `redis://`, `rediss://` with TLS, `unix://`, and `redis+sentinel://host:port,host:port/service/database` or
    `rediss+sentinel://`. What may stand behind `?` is as in redis-py; `sentinel_username` and `sentinel_password` are for
    the sentinels themselves. `redis+cluster://host:port,host:port/` or `rediss+cluster://` names any nodes, which know the
    others: the client is for the slot of `key`.
    """
    if url.startswith(_CLUSTER):
        return _cluster(url).client(key)
    try:
        parsed = urlsplit(url)
        _check_options(parsed)
        if parsed.scheme in ("redis+sentinel", "rediss+sentinel"):
            return _connect_by_sentinel(parsed)
        if parsed.scheme not in ("redis", "rediss", "unix"):
            raise RedisUrlError(
                f"{parsed.scheme or 'Nothing'} is no scheme of Redis: "
                "use redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://."
            )
        return Redis.from_url(url, retry=_retry(), max_connections=_CONNECTIONS, **_PATIENCE)
    except RedisUrlError:
        raise
    except ValueError as error:
        raise RedisUrlError(f"This is no URL of Redis: {error}") from None


def _check_options(parsed: SplitResult) -> None:
    if "decode_responses" in parsed.query:
        raise RedisUrlError("decode_responses is not for a field cache: it keeps bytes.")


def _cluster(url: str) -> _ClusterUrl:
    try:
        return _parsed_cluster(urlsplit(url))
    except RedisUrlError:
        raise
    except ValueError as error:
        raise RedisUrlError(f"This is no URL of a Redis Cluster: {error}") from None


def _parsed_cluster(parsed: SplitResult) -> _ClusterUrl:
    _check_options(parsed)
    user, _, hosts = parsed.netloc.rpartition("@")
    if not hosts or parsed.path not in ("", "/", "/0"):
        raise RedisUrlError(
            "A URL of a Cluster is redis+cluster://host:port,host:port/?partitions=1; it has no database but 0."
        )
    query = dict(parse_qsl(parsed.query, keep_blank_values=True))
    number = query.pop("partitions", "1")
    if not number.isdecimal() or not 1 <= int(number) <= _MOST_PARTITIONS:
        raise RedisUrlError(f"partitions has to be a number from 1 to {_MOST_PARTITIONS}.")
    most = max(_CONNECTIONS_TO_PARTITION, _CONNECTIONS // int(number))
    tls = parsed.scheme == "rediss+cluster"
    as_one = f"{'rediss' if tls else 'redis'}://{user}@localhost/?{urlencode(query)}"
    options: dict[str, Any] = {"max_connections": most, **_PATIENCE, **parse_url(as_one), "retry": _retry()}
    for name in ("host", "connection_class"):
        options.pop(name, None)
    of_connection = {name: value for name, value in options.items() if name != "max_connections"}
    named = [_address(host, "A node", _PORT) for host in hosts.split(",")]
    nodes = ClusterNodes(named, SSLConnection if tls else Connection, of_connection)
    return _ClusterUrl(nodes, int(number), options, tls)


def _prefix(namespace: str, partition: int, number: int) -> str:
    """Such that it is in a part of the slots of its own: nodes have ranges of them."""
    if number == 1:
        return f"{{{namespace}}}"
    names = (f"{{{namespace}:{number}.{partition}.{attempt}}}" for attempt in count())
    slots = REDIS_CLUSTER_HASH_SLOTS
    return next(name for name in names if key_slot(name.encode()) * number // slots == partition)


def _connect_by_sentinel(parsed: SplitResult) -> "Redis":
    user, _, hosts = parsed.netloc.rpartition("@")
    service, _, database = parsed.path.strip("/").partition("/")
    if not hosts or not service or not (database or "0").isdecimal():
        raise RedisUrlError("A URL of Sentinel is redis+sentinel://host:port,host:port/service/database.")
    scheme = parsed.scheme.partition("+")[0]
    as_one = f"{scheme}://{user}@localhost/{database or 0}?{parsed.query}"
    options: dict[str, Any] = {"max_connections": _CONNECTIONS, **_PATIENCE, **parse_url(as_one)}
    options.pop("host")
    if options.pop("connection_class", None) is SSLConnection:
        options["ssl"] = True
    to_sentinels = {
        name: options.pop(f"sentinel_{name}")
        for name in ("username", "password")
        if f"sentinel_{name}" in options
    }
    sentinel = Sentinel(  # type: ignore[no-untyped-call]
        [_address(host, "A sentinel", _SENTINEL_PORT) for host in hosts.split(",")],
        sentinel_kwargs={**_of_tls(options), **to_sentinels, "retry": _retry()},
        **{**options, "retry": _retry()},
    )
    client: Redis = sentinel.master_for(unquote(service), redis_class=_SentinelRedis)
    return client


def _address(host: str, whose: str, port: int) -> Address:
    parsed = urlsplit(f"//{host}")
    if not parsed.hostname:
        raise RedisUrlError(f"{whose} has no name.")
    return parsed.hostname, parsed.port or port


def _of_tls(options: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in options.items() if name == "ssl" or name.startswith("ssl_")}


def _retry() -> Retry:
    return Retry(NoBackoff(), _RETRIES)
