"""URLs of Redis, and a failover that Sentinel knows of."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from launcher import binaries, child
from launcher.errors import LaunchError
from launcher.identity import home_folder, own_file, own_folder, server_identity
from launcher.ports import free_port
from launcher.valkey import ValkeyServer
from router.cache.announcement import LEASE
from router.cache.near_memory import NearMemory
from router.cache.redis_cluster import SlotSSLConnection
from router.cache.redis_connection import RedisUrlError, connect, partitions
from router.cache.redis_store import RedisStore, RedisStoreOptions
from router.cache.store import Fill, Invalidation, Wanted
from router.cache.tiers import TieredStore
from tests.cache.stores import ready

MINUTE = 60_000
WANTED = [Wanted("User:1", ("name",))]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("redis+cluster://:secret@/", "A URL of a Cluster is"),
        ("redis+cluster://:secret@a:1/1", "no database but 0"),
        ("redis+cluster://:secret@a:1,:2", "A node has no name"),
        ("redis+cluster://:secret@a:port", "no URL of a Redis Cluster"),
        ("redis+cluster://:secret@a?partitions=", "partitions has to be a number from 1 to 256"),
        ("redis+cluster://:secret@a?partitions=0", "partitions has to be a number from 1 to 256"),
        ("redis+cluster://:secret@a?partitions=257", "partitions has to be a number from 1 to 256"),
        ("rediss+cluster://:secret@a?partitions=many", "partitions has to be a number from 1 to 256"),
        ("redis+cluster://:secret@a?decode_responses=true", "decode_responses"),
        ("redis+cluster://:secret@a?max_connections=many", "no URL of a Redis Cluster"),
        ("redis://:secret@a?decode_responses=true", "decode_responses"),
        ("redis+sentinel://:secret@a/main?decode_responses=true", "decode_responses"),
        ("http://:secret@a", "http is no scheme of Redis"),
        ("", "Nothing is no scheme"),
        ("redis://:secret@a:port", "no URL of Redis"),
        ("redis+sentinel://:secret@a:1", "A URL of Sentinel is"),
        ("redis+sentinel:///main", "A URL of Sentinel is"),
        ("redis+sentinel://:secret@a:1/main/zero", "A URL of Sentinel is"),
        ("redis+sentinel://:secret@a:1,:2/main", "has no name"),
        ("redis+sentinel://:secret@a:port/main", "no URL of Redis"),
    ],
)
def test_refuses(url: str, message: str) -> None:
    with pytest.raises(RedisUrlError, match=message) as refused:
        partitions(url, "t")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("redis://host:7000/3", {"host": "host", "port": 7000, "db": 3}),
        ("rediss://me:p%40ss@host", {"host": "host", "username": "me", "password": "p@ss"}),
        ("unix:///run/redis.sock?db=2", {"path": "/run/redis.sock", "db": 2}),
        ("redis+sentinel://me:p%40ss@a:1,b/main/3", {"username": "me", "password": "p@ss", "db": 3}),
    ],
)
async def test_understands(url: str, options: dict[str, object]) -> None:
    client = connect(url)
    found = client.connection_pool.connection_kwargs
    assert {name: found.get(name) for name in options} == options
    await client.aclose()


async def test_knows_the_sentinels_and_their_password() -> None:
    url = "rediss+sentinel://:a@one:1,two,[::1]:3/main?sentinel_password=b&ssl_cert_reqs=none"
    client = connect(url)
    asked = [
        sentinel.connection_pool.connection_kwargs
        for sentinel in client.connection_pool.sentinel_manager.sentinels  # type: ignore[attr-defined]
    ]
    assert [(each["host"], each["port"], each["password"]) for each in asked] == [
        ("one", 1, "b"), ("two", 26379, "b"), ("::1", 3, "b"),
    ]  # fmt: skip
    assert {each["ssl_cert_reqs"] for each in asked} == {"none"}
    await client.aclose()


async def test_partitions_of_a_cluster_have_a_client_each() -> None:
    url = "rediss+cluster://me:p%40ss@one:1,two,[::1]:3/0?partitions=2&ssl_cert_reqs=none&socket_timeout=3"
    found = partitions(url, "t")
    pools = [client.connection_pool for client, _ in found]
    for pool in pools:
        assert pool.connection_class is SlotSSLConnection
        expected = {"username": "me", "password": "p@ss", "ssl_cert_reqs": "none", "socket_timeout": 3.0}
        assert {name: pool.connection_kwargs[name] for name in expected} == expected
    [one, two] = [pool.connection_kwargs["owner"] for pool in pools]
    assert one.nodes is two.nodes
    assert one.slot < 8192 <= two.slot
    assert list(one.nodes._nodes) == [("one", 1), ("two", 6379), ("::1", 3)]
    assert [pool.max_connections for pool in pools] == [16, 16]
    for client, _ in found:
        await client.aclose()


@pytest.fixture
def two_servers(scratch: Path) -> Iterator[tuple[ValkeyServer, ValkeyServer]]:
    try:
        with (
            ValkeyServer(scratch / "sentinel-one", durable=False) as one,
            ValkeyServer(scratch / "sentinel-two", durable=False) as two,
        ):
            yield one, two
    except LaunchError as error:
        pytest.skip(str(error))


@pytest.fixture
def sentinel_port(scratch: Path) -> Iterator[int]:
    folder = scratch / f"sentinel-{token_hex(4)}"
    identity = server_identity(folder)
    home = home_folder(folder, identity)
    own_folder(home / "data", identity)
    port = free_port()
    configuration = home / "data" / "sentinel.conf"
    own_file(configuration, f'bind 127.0.0.1\nport {port}\ndir "{home / "data"}"\n', identity)
    program = binaries.valkey_program(identity)
    process = child.start(
        [program, configuration, "--sentinel"],
        identity,
        log=home / "sentinel.log",
        on_orphaned=signal.SIGTERM,
    )
    yield port
    child.stop(process, signal.SIGTERM)


async def answers(client: "Redis") -> bool:
    try:
        return bool(await client.ping())
    except RedisConnectionError:
        return False


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(500):
        if await condition():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def monitor(sentinel: "Redis", server: ValkeyServer, password: str) -> None:
    port = urlsplit(server.url).port
    await sentinel.execute_command("SENTINEL", "MONITOR", "main", "127.0.0.1", port, 1)  # type: ignore[no-untyped-call]
    await sentinel.execute_command("SENTINEL", "SET", "main", "auth-pass", password)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("has_memory", [False, True])
async def test_a_failover_that_lost_an_invalidation(
    two_servers: tuple[ValkeyServer, ValkeyServer], sentinel_port: int, has_memory: bool
) -> None:
    one, two = two_servers
    password = urlsplit(one.url).password or ""
    first, second = connect(one.url), connect(two.url)
    sentinel = connect(f"redis://127.0.0.1:{sentinel_port}?socket_connect_timeout=5")
    await until(partial(answers, sentinel))
    await monitor(sentinel, one, password)
    url = f"redis+sentinel://:{password}@127.0.0.1:1,127.0.0.1:{sentinel_port}/main"
    client = connect(url)
    store: RedisStore | TieredStore = RedisStore(client, "t", RedisStoreOptions(timeout=5, pause=0.0))
    if has_memory and isinstance(store, RedisStore):
        store = TieredStore(store, client.connection_pool, NearMemory(1 << 20))
        await ready(store)
    stamp = (await store.read([])).stamp
    fill = Fill("User:1", {"name": b"1"}, MINUTE)
    await store.fill(stamp, [fill])
    assert len((await store.read(WANTED)).entries[0]) == 1

    await first.config_set("repl-diskless-sync-delay", 0)
    await second.config_set("masterauth", password)
    await second.replicaof("127.0.0.1", str(urlsplit(one.url).port))
    await until(partial(second.hexists, "t:e:User:1", "name"))
    await second.replicaof("NO", "ONE")
    await second.config_set("requirepass", password)
    await store.invalidate(Invalidation(types=("User",)))
    one.stop()
    await sentinel.execute_command("SENTINEL", "REMOVE", "main")  # type: ignore[no-untyped-call]
    await monitor(sentinel, two, password)
    if isinstance(store, TieredStore):
        await asyncio.sleep(LEASE)
        await ready(store)

    found = [await store.read(WANTED) for _ in range(3)][-1]
    assert found.stamp > stamp
    assert found.entries == [{}]
    await store.fill(stamp, [fill])
    assert (await store.read(WANTED)).entries == [{}]
    await store.fill(found.stamp, [fill])
    assert len((await store.read(WANTED)).entries[0]) == 1
    await store.close()
    for each in (first, second, sentinel):
        await each.aclose()
