"""`softfactory cache`: on a real Redis, on a router that really listens, and what it says when there is neither."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from click.testing import Result
from typer.testing import CliRunner

from launcher.valkey import ValkeyServer
from router.app import create_app
from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore, Stores, open_redis
from router.cache.redis_connection import connect, partitions
from router.cache.redis_store import RedisStoreOptions
from router.cache.settings import FieldCacheSettings
from router.cache.store import FieldStore, Fill, Wanted
from router.cli import app
from router.serving.lasting import Lasting
from router.settings import RouterSettings
from tests.cache.clusters import Cluster
from tests.cache.stores import valkey_at

SUPERGRAPH = str(Path(__file__).parents[1] / "cases/small_graph/supergraph.graphql")
KEY = "the-shared-key"
MINUTE = 60_000
ALL = {'Person:["1"] name', 'Person:["2"] name', "Query: people"}


def run(command: str, *arguments: str, answer: str | None = None, **variables: str) -> Result:
    wide = {"COLUMNS": "200", "SOFTFACTORY_CACHE_KEY": "", **variables}
    return CliRunner().invoke(app, ["cache", command, *arguments], input=answer, env=wide)


def done(*arguments: str, **options: Any) -> str:
    result = run("purge", *arguments, **options)
    assert result.exit_code == 0, result.output
    return result.stdout


async def fill(store: FieldStore) -> None:
    stamp = (await store.read([])).stamp
    people = [Fill(f'Person:["{each}"]', {"name#String!": b'"A"'}, MINUTE) for each in "12"]
    query = Fill("Query:", {'people#[Person!]!({"first":2})': b"[]"}, MINUTE, tags=("people",))
    await store.fill(stamp, [*people, query])


async def left(store: FieldStore) -> set[str]:
    names = ['Person:["1"]', 'Person:["2"]', "Query:"]
    fields = ("name#String!", 'people#[Person!]!({"first":2})')
    found = await store.read([Wanted(name, fields) for name in names])
    return {
        f"{name} {field.partition('#')[0]}"
        for name, entries in zip(names, found.entries, strict=True)
        for field in entries
    }


class Redis:
    """A server with something in it, under two namespaces."""

    def __init__(self, url: str) -> None:
        self.url = url

    def fill(self) -> None:
        async def work() -> None:
            for namespace in ("softfactory", "oth[e]r*"):
                for client, _ in partitions(self.url, namespace):
                    await client.flushall()
                    await client.aclose()
            for namespace in ("softfactory", "oth[e]r*"):
                await self._with(namespace, fill)

        asyncio.run(work())

    def left(self, namespace: str = "softfactory") -> set[str]:
        return asyncio.run(self._with(namespace, left))

    def run(self, *commands: Sequence[Any]) -> None:
        async def work() -> None:
            client = connect(self.url)
            for command in commands:
                await client.execute_command(*command)
            await client.aclose()

        asyncio.run(work())

    async def _with(self, namespace: str, work: Any) -> Any:
        store = open_redis(partitions(self.url, namespace), RedisStoreOptions(timeout=5))
        try:
            return await work(store)
        finally:
            await store.close()


@pytest.fixture(scope="module")
def server(scratch: Path) -> Iterator[ValkeyServer]:
    with valkey_at(scratch / "cache-command") as found:
        yield found


@pytest.fixture
def redis(server: ValkeyServer) -> Redis:
    found = Redis(server.url)
    found.fill()
    return found


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (("--tag", "people"), {'Person:["1"] name', 'Person:["2"] name'}),
        (("--all", "--yes"), set()),
        (("--type", "Person", "-s", SUPERGRAPH), {"Query: people"}),
        (("--entity", 'Person:{"id": 1}', "-s", SUPERGRAPH), {'Person:["2"] name', "Query: people"}),
        (("--field", 'Person.name:{"id": "2"}', "-s", SUPERGRAPH), {'Person:["1"] name', "Query: people"}),
        (("--field", "Person.name", "-s", SUPERGRAPH), {"Query: people"}),
        (("--field", "Query.people", "-s", SUPERGRAPH), {'Person:["1"] name', 'Person:["2"] name'}),
        (("--subgraph", "greetings", "-s", SUPERGRAPH), set()),
        (("--tag", "people", "--type", "Person", "--tag", "x", "-s", SUPERGRAPH), set()),
    ],
)
def test_drops_what_is_in_redis(redis: Redis, arguments: tuple[str, ...], kept: set[str]) -> None:
    assert redis.left() == ALL
    assert done(*arguments, "--redis", redis.url).startswith("Dropped under 'softfactory' in Redis what ")
    assert redis.left() == kept
    assert redis.left("oth[e]r*") == ALL


def test_drops_in_another_namespace(redis: Redis) -> None:
    done("--tag", "people", "--redis", redis.url, "--namespace", "oth[e]r*")
    assert (len(redis.left()), len(redis.left("oth[e]r*"))) == (3, 2)


def test_says_that_nobody_has_used_the_namespace(redis: Redis) -> None:
    result = run("purge", "--tag", "people", "--redis", redis.url, "--namespace", "typo")
    assert result.exit_code == 0
    assert (
        result.stderr == "No router has used this Redis under 'typo'; see cache.namespace and cache.store.\n"
    )


@pytest.mark.parametrize(("answer", "code", "kept"), [("y\n", 0, set()), ("n\n", 1, ALL), ("", 1, ALL)])
def test_asks_before_everything_goes(redis: Redis, answer: str, code: int, kept: set[str]) -> None:
    result = run("purge", "--all", "--redis", redis.url, answer=answer)
    assert result.exit_code == code
    assert "Drop everything under 'softfactory' in Redis?" in result.stdout
    assert redis.left() == kept


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--yes",), "Say what to drop"),
        (("--tag", "a", "--redis", "redis://x", "--url", "http://x"), "Give one of them"),
        (("--tag", "a"), "set SOFTFACTORY_CACHE_KEY"),
        (("--type", "Chef", "--redis", "redis://x"), "only --tag and --all do without --supergraph FILE"),
        (("--entity", "Chef"), "write TYPE:KEY, such as"),
        (("--entity", "Chef:7"), "the key is no JSON object"),
        (("--entity", 'Chef:{"id": '), "the key is no JSON object"),
        (("--field", "Chef"), "write TYPE.FIELD, such as Query.chefs"),
    ],
)
def test_a_wrong_command_line(arguments: tuple[str, ...], message: str) -> None:
    result = run("purge", *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--redis", "http://x"), "http is no scheme of Redis: use redis://"),
        (("--redis", "redis://:secret@127.0.0.1:{free}/0"), "Redis cannot be used: Error 111 connecting to"),
        (("--redis", "redis://x", "-s", "no/such.graphql", "--type", "A"), "SUPERGRAPH_NOT_FOUND: "),
        (("--redis", "redis://x", "-s", SUPERGRAPH, "--type", "Persn"), "INVALID_INVALIDATION_REQUEST: "),
        (
            ("--url", "http://127.0.0.1:{free}/x", "--key", "k"),
            "http://127.0.0.1:{free}/x cannot be reached: ",
        ),
        (("--url", "nonsense", "--key", "k"), "nonsense cannot be reached: "),
        (("--key", "a\nb"), "http://127.0.0.1:4000/invalidation cannot be reached: "),
    ],
)
def test_says_what_is_wrong(arguments: tuple[str, ...], message: str) -> None:
    port = str(free_port())
    result = run("purge", "--tag", "a", *(each.replace("{free}", port) for each in arguments))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(message.replace("{free}", port))
    assert "secret" not in result.stderr


def test_a_wrong_password_of_redis(redis: Redis) -> None:
    result = run("purge", "--tag", "a", "--redis", redis.url.replace("://:", "://:x"))
    assert result.exit_code == 1
    assert result.stderr.startswith("Redis cannot be used: ")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class _Threaded(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Given(Stores):
    def __init__(self, store: FieldStore) -> None:
        super().__init__()
        self._store = store

    def get(self, settings: FieldCacheSettings) -> OpenStore:
        return OpenStore(self._store)


class Router:
    """That listens in another thread, over a store that a test can look into."""

    def __init__(self, graph: Any, keys: str = "off") -> None:
        self.store = MemoryStore(time.monotonic, 1_000_000)
        asyncio.run(fill(self.store))
        cache = {"store": "memory", "invalidation": {"shared_key": KEY}, "http": {"surrogate_keys": keys}}
        lasting = Lasting(stores=_Given(self.store))
        served = create_app(
            RouterSettings(cache=cache), graph.supergraph, transports=graph.transports, lasting=lasting
        )
        self.server = _Threaded(uvicorn.Config(served, port=0, log_level="warning"))
        self._thread = threading.Thread(target=self.server.run)

    def __enter__(self) -> "Router":
        self._thread.start()
        until = time.monotonic() + 20
        while not self.server.started:
            assert time.monotonic() < until
            time.sleep(0.01)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/invalidation"
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self._thread.join(20)

    def left(self) -> set[str]:
        return asyncio.run(left(self.store))


@pytest.fixture
def router(small_graph: Any) -> Iterator[Router]:
    with Router(small_graph) as found:
        yield found


def test_tells_a_router(router: Router) -> None:
    said = done("--entity", 'Person:{"id": "1"}', "--tag", "x", "--url", router.url, "--key", KEY)
    assert said == f"Dropped behind {router.url} what 2 requests ask for.\n"
    assert router.left() == {'Person:["2"] name', "Query: people"}

    done("--field", "Query.people", "--url", router.url, SOFTFACTORY_CACHE_KEY=KEY)
    assert router.left() == {'Person:["2"] name'}

    assert done("--all", "--url", router.url, "--key", KEY, answer="y\n").startswith("Drop everything behind")
    assert router.left() == set()


PURGED = ["e-d37ae6535a690a07", "any-Person", "list-Person"]
"""The first is the beginning of the SHA-256 of `Person:["1"]`."""


def test_prints_what_a_cdn_has_to_purge(small_graph: Any) -> None:
    with Router(small_graph, "cache-tag") as router:
        result = run(
            "purge", "--print-keys", "--entity", 'Person:{"id": 1}', "--url", router.url, "--key", KEY
        )
    assert (result.exit_code, result.stdout.splitlines()) == (0, PURGED)
    assert result.stderr.startswith("Dropped behind ")


def test_prints_it_without_a_router(redis: Redis) -> None:
    asked = ("--entity", 'Person:{"id": 1}', "-s", SUPERGRAPH)
    assert done(*asked, "--redis", redis.url, "--print-keys").splitlines() == PURGED
    everything = ("--all", "--yes", "--print-keys", "--redis", redis.url, "--namespace", "shop")
    assert done(*everything) == "shop\n"


def test_says_that_the_router_has_no_keys(router: Router) -> None:
    result = run("purge", "--print-keys", "--tag", "people", "--url", router.url, "--key", KEY)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[1] == "The router has no surrogate keys: see cache.http.surrogate_keys."


@pytest.mark.parametrize(
    ("arguments", "path", "lines"),
    [
        (("--key", "wrong"), "", ["UNAUTHENTICATED: ", "The key is cache.invalidation.shared_key"]),
        (("--key", KEY), "/other", ["NOT_FOUND: ", "A router has this endpoint only with cache.store"]),
        (
            ("--key", KEY, "--type", "Persn"),
            "",
            ["INVALID_INVALIDATION_REQUEST: Request 1: The graph has no"],
        ),
    ],
)
def test_says_what_the_router_said(
    router: Router, arguments: tuple[str, ...], path: str, lines: list[str]
) -> None:
    result = run("purge", "--tag", "people", *arguments, "--url", router.url + path)
    assert (result.exit_code, result.stdout) == (1, "")
    found = result.stderr.splitlines()
    assert [line.startswith(start) for line, start in zip(found, lines, strict=True)] == [True] * len(lines)
    assert router.left() == ALL


def test_something_else_than_a_router_has_done_nothing(router: Router) -> None:
    url = router.url.replace("/invalidation", "/health")
    result = run("purge", "--tag", "people", "--key", KEY, "--url", url)
    assert result.exit_code == 1


def test_shows_what_redis_holds(redis: Redis) -> None:
    result = run("stats", "--redis", redis.url)
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["Type", "Entities", "Fields", "Bytes"]
    assert {tuple(line[:3]) for line in lines[1:]} == {
        ("Person", "2", "2"),
        ("Query", "1", "1"),
        ("All", "3", "3"),
    }
    assert int(lines[1][3]) > 100


def test_counts_many_and_measures_some(redis: Redis) -> None:
    redis.run(*(("HSET", f"softfactory:e:Many:{each}", "f", "x" * 50) for each in range(1500)))
    redis.run(("SET", "softfactory:e:Odd:1", "no hash"))

    result = run("stats", "--redis", redis.url, "--format", "json")
    found = json.loads(result.stdout)

    assert (found["complete"], found["keys"]) == (True, found["looked_at"])
    many = found["types"]["Many"]
    assert (many["entities"], many["measured"], many["fields"]) == (1500, 200, 1500)
    assert 1500 * 50 < many["bytes"] < 1500 * 500
    assert many["hash_tables"] == 0
    assert found["types"]["Odd"] == {"entities": 1, "measured": 0, "fields": 0, "bytes": 0, "hash_tables": 0}
    assert "~1,500" in run("stats", "--redis", redis.url).stdout


def test_says_where_redis_could_do_with_less(redis: Redis) -> None:
    redis.run(*(("HSET", f"softfactory:e:Many:{each}", "f", "x" * 5000) for each in range(10)))
    assert "hash-max-listpack-value" in run("stats", "--redis", redis.url).stdout
    found = json.loads(run("stats", "--redis", redis.url, "--format", "json").stdout)
    assert found["types"]["Many"]["hash_tables"] == 10


def test_looks_at_no_more_than_allowed(redis: Redis) -> None:
    redis.run(*(("HSET", f"softfactory:e:Many:{each}", "f", "x") for each in range(1500)))

    result = run("stats", "--redis", redis.url, "--limit", "500")

    assert "Only 500 of " in result.stdout
    assert "--limit looks at more" in result.stdout


def test_a_namespace_is_not_a_pattern(redis: Redis) -> None:
    other = run("stats", "--redis", redis.url, "--namespace", "oth[e]r*", "--format", "json")
    assert json.loads(other.stdout)["types"]["Person"]["entities"] == 2
    assert run("stats", "--redis", redis.url, "--namespace", "soft*").stdout == (
        "No entity was found under 'soft*'.\n"
    )


@pytest.fixture
def clustered(redis_cluster: Cluster) -> Redis:
    found = Redis(redis_cluster.url("partitions=5"))
    found.fill()
    return found


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (("--tag", "people"), {'Person:["1"] name', 'Person:["2"] name'}),
        (("--all", "--yes"), set()),
        (("--type", "Person", "-s", SUPERGRAPH), {"Query: people"}),
        (("--entity", 'Person:{"id": 1}', "-s", SUPERGRAPH), {'Person:["2"] name', "Query: people"}),
    ],
    ids=lambda each: "".join(each) if isinstance(each, tuple) else "",
)
def test_drops_what_is_in_a_cluster(clustered: Redis, arguments: tuple[str, ...], kept: set[str]) -> None:
    assert clustered.left() == ALL
    done("--redis", clustered.url, *arguments)
    assert clustered.left() == kept
    assert clustered.left("oth[e]r*") == ALL


def test_says_that_a_cluster_has_other_partitions(clustered: Redis) -> None:
    result = run("purge", "--all", "--yes", "--redis", clustered.url.replace("=5", "=6"))
    assert result.exit_code == 0
    assert "see cache.namespace and cache.store" in result.stderr
    assert clustered.left() == ALL


def test_shows_what_all_nodes_hold(clustered: Redis) -> None:
    async def fill_many(store: FieldStore) -> None:
        stamp = (await store.read([])).stamp
        await store.fill(stamp, [Fill(f"Film:{each}", {"name": b"1"}, MINUTE) for each in range(900)])

    asyncio.run(clustered._with("softfactory", fill_many))
    result = run("stats", "--redis", clustered.url, "--format", "json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    counts = {name: (kind["entities"], kind["fields"]) for name, kind in found["types"].items()}
    assert counts == {"Film": (900, 900), "Person": (2, 2), "Query": (1, 1)}
    assert found["looked_at"] == found["keys"] > 903
    assert found["complete"] is True
    found = json.loads(run("stats", "--redis", clustered.url, "-f", "json", "--limit", "300").stdout)
    assert not found["complete"]
    assert found["looked_at"] == 300


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("memory", "Nothing is no scheme of Redis"),
        ("redis://:secret@127.0.0.1:{free}/0", "Redis cannot be read: Error 111 connecting to"),
    ],
)
def test_stats_say_what_is_wrong(url: str, message: str) -> None:
    result = run("stats", "--redis", url.replace("{free}", str(free_port())))
    assert result.exit_code == 1
    assert result.stderr.startswith(message)
    assert "secret" not in result.stderr


@pytest.mark.parametrize(
    ("command", "parts"),
    [
        ("purge", ("--entity", "--redis", "Examples:", "SOFTFACTORY_CACHE_KEY", "Exit codes:")),
        ("stats", ("--limit", "Examples:", "Exit codes:")),
    ],
)
def test_help_teaches(command: str, parts: tuple[str, ...]) -> None:
    text = run(command, "--help").stdout
    assert [part for part in parts if part not in text] == []
