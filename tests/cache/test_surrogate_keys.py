"""Keys by which a CDN drops an answer: they name all that it was made of, fit into a header, and tell nothing."""

import math
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.app import create_app
from router.cache.answers import Answers
from router.cache.coordinates import Coordinates
from router.cache.filling import VIEWERS, tag_of_lists, tag_of_viewer
from router.cache.settings import FieldCacheSettings
from router.cache.store import Invalidation
from router.cache.surrogate_keys import SurrogateKeys, surrogate_keys
from router.cache.usage import Usage
from router.settings import RouterSettings

KEY = "a-key-that-is-shared"
QUERY = "{ people { name greeting } }"


def hashed(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:16]


def keys(max_bytes: int = 16_000, separator: str = ",") -> SurrogateKeys:
    return SurrogateKeys(b"cache-tag", separator, max_bytes, "shop")


def usage(entities: Mapping[str, Any] | list[str], tags: list[str]) -> Usage:
    found = Usage(0)
    found.add(math.inf, entities, tags, {}, is_shared=True, pace=0)
    return found


CHEFS = usage(
    [f'Chef:["{number}"]' for number in range(3)] + ["Query:"],
    ["chefs", tag_of_lists("Chef"), tag_of_viewer("coocook", "0123")],
)
FEWER = ["any-Chef", "any-Query", "list-Chef", "shop", f"tag-{hashed('chefs')}", "type-Chef", "type-Query"]
ALL = sorted(
    [
        *(f"e-{hashed(name)}" for name in ('Chef:["0"]', 'Chef:["1"]', 'Chef:["2"]', "Query:")),
        *(each for each in FEWER if not each.startswith("any-")),
    ]
)


@pytest.mark.parametrize("separator", [",", " "])
@pytest.mark.parametrize("expected", [ALL, FEWER])
def test_types_stand_for_entities_where_these_are_too_many(separator: str, expected: list[str]) -> None:
    size = len(separator.join(expected))
    assert keys(size, separator).value(CHEFS.dependencies) == separator.join(expected).encode()


def test_there_are_none_where_even_the_types_are_too_many() -> None:
    assert keys(len(",".join(FEWER)) - 1).value(CHEFS.dependencies) is None


def test_keys_of_several_answers() -> None:
    assert keys().merged([b"b,a", b"", b"c,b"]) == b"a,b,c"
    assert keys(4).merged([b"b,a", b"c"]) is None


NAMES = st.sampled_from(["Chef", "Menu", "Query"])
ENTITIES = st.builds(lambda name, key: f"{name}:{key}", NAMES, st.text(max_size=3))
TAGS = st.text(max_size=3) | NAMES.map(tag_of_lists) | st.just(tag_of_viewer("coocook", "0123456789"))
INVALIDATIONS = st.builds(
    Invalidation,
    st.lists(ENTITIES, max_size=2).map(tuple),
    st.lists(st.tuples(ENTITIES, st.just("name")), max_size=2).map(tuple),
    st.lists(NAMES, max_size=2).map(tuple),
    st.lists(TAGS.filter(lambda tag: not tag.startswith(VIEWERS)), max_size=2).map(tuple),
    st.booleans(),
)


@given(
    st.lists(ENTITIES, min_size=1, max_size=5), st.lists(TAGS, max_size=5), INVALIDATIONS, st.integers(0, 400)
)
def test_whatever_drops_an_answer_here_names_a_key_of_it(
    entities: list[str], tags: list[str], what: Invalidation, most: int
) -> None:
    noted = usage(entities, tags)
    answers = Answers(lambda: 0.0, 1_000_000, Coordinates())
    answers.put("key", b"{}", noted)
    assert answers.get("key") is not None
    answers.drop(what)
    value = keys(most).value(noted.dependencies)

    if answers.get("key") is None and value is not None:
        assert set(value.decode().split(",")) & set(keys().to_drop(what))


@given(st.lists(ENTITIES), st.lists(st.text()), st.sampled_from([",", " "]), st.integers(0, 2000))
def test_no_name_can_break_the_header(
    entities: list[str], tags: list[str], separator: str, most: int
) -> None:
    value = keys(most, separator).value(usage(entities, tags).dependencies)

    if value is not None:
        assert len(value) <= most
        assert all(
            re.fullmatch(rb"shop|(e|tag)-[0-9a-f]{16}|(any|type|list)-\w+", each)
            for each in value.split(separator.encode())
        )


def test_the_settings_say_which_header() -> None:
    def of(http: Mapping[str, Any]) -> SurrogateKeys | None:
        return surrogate_keys(FieldCacheSettings.model_validate({"namespace": "a", "http": http}))

    assert of({}) is of({"surrogate_keys": False}) is None
    assert of({"surrogate_keys": "cache-tag"}) == SurrogateKeys(b"cache-tag", ",", 16_000, "a")
    few = {"surrogate_keys": "surrogate-key", "surrogate_key_bytes": 100}
    assert of(few) == SurrogateKeys(b"surrogate-key", " ", 100, "a")


@asynccontextmanager
async def serving(graph: Any, **cache: Any) -> AsyncIterator[httpx.AsyncClient]:
    http = {"surrogate_keys": "cache-tag", **cache.pop("http", {})}
    all_of_it = {
        "store": "memory",
        "policy": {"*": {"maxAge": 60}},
        "invalidation": {"shared_key": KEY},
        "http": http,
        **cache,
    }
    app = create_app(RouterSettings(cache=all_of_it), graph.supergraph, transports=graph.transports)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
            yield client


async def get(client: httpx.AsyncClient, query: str = QUERY, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.get("/graphql", params={"query": query}, headers=named)


async def test_an_answer_has_them_wherever_it_comes_from(small_graph: Any) -> None:
    async with serving(small_graph) as client:
        answers = [await get(client) for _ in range(3)]
        answers.append(await get(client, if_none_match=answers[0].headers["etag"]))
        parts = await get(client, "{ person(id: 1) { name } }")

    assert [each.status_code for each in answers] == [200, 200, 200, 304]
    [found] = {each.headers["cache-tag"] for each in answers}
    people = ["e-" + hashed(name) for name in ('Person:["1"]', 'Person:["2"]')]
    assert found.split(",") == sorted(
        [*people, f"e-{hashed('Query:')}", "list-Person", "softfactory", "type-Person", "type-Query"]
    )
    assert people[0] in parts.headers["cache-tag"]
    assert people[1] not in parts.headers["cache-tag"]


@pytest.mark.parametrize(
    ("cache", "scope"),
    [
        ({"http": {"surrogate_keys": "off"}}, "public"),
        ({"http": {"surrogate_key_bytes": 100}}, "public"),
        ({"http": {"surrogate_key_bytes": 100}, "namespace": "x" * 101}, "private"),
        ({"policy": {"*": {"maxAge": 60}, "Person.name": {"scope": "PRIVATE"}}}, "private"),
        ({"policy": {"*": {"maxAge": 60}, "Person.name": {"maxAge": 0}}}, "no-store"),
    ],
)
async def test_only_what_all_may_share_has_any(
    small_graph: Any, cache: Mapping[str, Any], scope: str
) -> None:
    async with serving(small_graph, **cache) as client:
        for _ in range(2):
            answer = await get(client, authorization="a")
            assert answer.headers["cache-control"].partition(",")[0] == scope
            few = "any-Person,any-Query,list-Person,softfactory,type-Person,type-Query"
            wanted = few if scope == "public" and "off" not in str(cache) else None
            assert answer.headers.get("cache-tag") == wanted


async def test_errors_have_none(small_graph: Any) -> None:
    async with serving(small_graph, http={"surrogate_keys": "surrogate-key"}) as client:
        assert " type-Person " in (await get(client)).headers["surrogate-key"]
        for text in ("{ nobody }", "{ __typename }"):
            assert "surrogate-key" not in (await get(client, text)).headers


@pytest.mark.parametrize(
    ("request_", "concerns"),
    [
        ({"kind": "entity", "type": "Person", "key": {"id": 1}}, True),
        ({"kind": "field", "type": "Person", "key": {"id": "2"}, "field": "name"}, True),
        ({"kind": "field", "type": "Person", "key": {"id": "3"}, "field": "name"}, False),
        ({"kind": "field", "type": "Query", "field": "people"}, True),
        ({"kind": "type", "type": "Person"}, True),
        ({"kind": "cache_tag", "cache_tag": "people, all"}, False),
        ({"kind": "subgraph", "subgraph": "greetings"}, True),
        ({"kind": "all"}, True),
    ],
)
async def test_whoever_invalidates_learns_what_to_purge(
    small_graph: Any, request_: Any, concerns: bool
) -> None:
    async with serving(small_graph) as client:
        found = set((await get(client)).headers["cache-tag"].split(","))
        answer = await client.post("/invalidation", json=[request_], headers={"authorization": KEY})

    assert answer.status_code == 202
    assert bool(found & set(answer.json()["surrogate_keys"])) is concerns
