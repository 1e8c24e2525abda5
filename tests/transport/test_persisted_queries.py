"""Automatic persisted queries: Apollo's protocol, over every store."""

import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from router.transport.persisted_queries import MemoryStore, QueryStore, RedisStore, TieredStore, sha256_of

QUERY = "{ languages }"
SHA256 = hashlib.sha256(QUERY.encode()).hexdigest()
LANGUAGES = {"data": {"languages": ["EN", "KO"]}}


def extension(sha256: Any = SHA256, version: Any = 1) -> dict[str, Any]:
    return {"persistedQuery": {"version": version, "sha256Hash": sha256}}


async def codes(client: Any, **body: Any) -> tuple[int, list[str]]:
    answer = await client.post("/graphql", json=body)
    return answer.status_code, [error["extensions"]["code"] for error in answer.json()["errors"]]


async def test_registers_and_finds_a_query(serve: Any) -> None:
    client = await serve()
    unknown = await client.post("/graphql", json={"extensions": extension()})
    registered = await client.post("/graphql", json={"query": QUERY, "extensions": extension()})
    found = await client.post("/graphql", json={"extensions": extension()})

    assert unknown.status_code == 200
    assert unknown.json() == {
        "errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]
    }
    assert registered.json() == found.json() == LANGUAGES


async def test_finds_by_get_what_came_by_post(serve: Any) -> None:
    client = await serve()
    await client.post("/graphql", json={"query": QUERY, "extensions": extension(SHA256.upper())})

    found = await client.get(
        "/graphql",
        params={"extensions": f'{{"persistedQuery": {{"version": 1, "sha256Hash": "{SHA256}"}}}}'},
        headers={"accept": "application/graphql-response+json"},
    )

    assert (found.status_code, found.json()) == (200, LANGUAGES)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"query": "{ other }", "extensions": extension()}, 400, "PERSISTED_QUERY_HASH_MISMATCH"),
        ({"query": QUERY, "extensions": extension(version=2)}, 400, "INVALID_REQUEST"),
        ({"query": QUERY, "extensions": extension("abc")}, 400, "INVALID_REQUEST"),
        ({"query": QUERY, "extensions": extension(7)}, 400, "INVALID_REQUEST"),
        ({"query": QUERY, "extensions": {"persistedQuery": "x"}}, 400, "INVALID_REQUEST"),
    ],
)
async def test_refuses(serve: Any, body: dict[str, Any], status: int, code: str) -> None:
    assert await codes(await serve(), **body) == (status, [code])


async def test_says_that_it_has_none(serve: Any) -> None:
    client = await serve(persisted_queries={"enabled": False})

    assert await codes(client, extensions=extension()) == (400, ["PERSISTED_QUERY_NOT_SUPPORTED"])


async def test_does_not_keep_what_is_not_valid(serve: Any) -> None:
    client = await serve()
    sent = {"query": "{ nobody }", "extensions": extension(sha256_of("{ nobody }"))}

    assert (await codes(client, **sent))[1] == ["GRAPHQL_VALIDATION_FAILED"]
    assert (await codes(client, extensions=sent["extensions"]))[1] == ["PERSISTED_QUERY_NOT_FOUND"]


Stores = Callable[[], QueryStore]


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(valkey_url) as client:
        await client.flushdb()
        yield client


@pytest.fixture(params=["memory", "redis", "tiers"])
def store(request: pytest.FixtureRequest, redis: Redis) -> QueryStore:
    stores: dict[str, Stores] = {
        "memory": lambda: MemoryStore(10),
        "redis": lambda: RedisStore(redis, 60),
        "tiers": lambda: TieredStore((MemoryStore(10), RedisStore(redis, 60))),
    }
    return stores[request.param]()


async def test_keeps_a_text_under_its_hash(store: QueryStore) -> None:
    await store.put(SHA256, QUERY)
    await store.put(sha256_of("{ 안녕 }"), "{ 안녕 }")

    assert await store.get(SHA256) == QUERY
    assert await store.get(sha256_of("{ 안녕 }")) == "{ 안녕 }"
    assert await store.get("0" * 64) is None


async def test_memory_forgets_what_was_used_longest_ago() -> None:
    store = MemoryStore(2)
    await store.put("a", "A")
    await store.put("b", "B")
    await store.get("a")
    await store.put("c", "C")

    assert [await store.get(key) for key in "abc"] == ["A", None, "C"]


async def test_redis_forgets_in_time_and_trusts_nobody(redis: Redis) -> None:
    store = RedisStore(redis, 60)
    await store.put(SHA256, QUERY)

    assert 0 < await redis.ttl(f"apq:{SHA256}") <= 60
    await redis.set(f"apq:{SHA256}", "{ somethingElse }")
    assert await store.get(SHA256) is None


async def test_the_nearer_tier_learns_from_the_farther(redis: Redis) -> None:
    memory = MemoryStore(10)
    await RedisStore(redis, 60).put(SHA256, QUERY)

    await TieredStore((memory, RedisStore(redis, 60))).get(SHA256)

    assert await memory.get(SHA256) == QUERY


async def test_goes_on_without_redis(serve: Any, caplog: pytest.LogCaptureFixture) -> None:
    client = await serve(redis_url="redis://127.0.0.1:1/0")

    assert (await codes(client, extensions=extension()))[1] == ["PERSISTED_QUERY_NOT_FOUND"]
    await client.post("/graphql", json={"query": QUERY, "extensions": extension()})
    found = await client.post("/graphql", json={"extensions": extension()})

    assert found.json() == LANGUAGES
    assert "Redis does not answer" in caplog.text


async def test_routers_share_queries_through_redis(serve: Any, redis: Redis, valkey_url: str) -> None:
    one, other = await serve(redis_url=valkey_url), await serve(redis_url=valkey_url)
    await one.post("/graphql", json={"query": QUERY, "extensions": extension()})

    found = await other.post("/graphql", json={"extensions": extension()})

    assert found.json() == LANGUAGES
