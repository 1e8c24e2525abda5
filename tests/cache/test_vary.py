"""Whatever keeps answers by Vary, and for one viewer where they are private, gives what the router would have given."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.app import create_app
from router.settings import RouterSettings
from router.upstream.in_process import FunctionTransport
from router.upstream.subgraph import SubgraphRequest
from tests.conftest import SmallGraph

POLICY = {
    "*": {"maxAge": 60},
    "Person.name": {"scope": "PRIVATE"},
}
CACHE = {"store": "memory", "policy": POLICY, "vary": {"Person.greeting": {"headers": ["accept-language"]}}}
ORIGINS = (["https://a.example", "https://b.example"], ["*"])


def told(request: SubgraphRequest) -> Mapping[str, Any]:
    """Answers that say for whom they are."""
    person = {
        "__typename": "Person",
        "_sf_key_id": "1",
        "_sf_type": "Person",
        "id": "1",
        "name": request.headers.get("authorization", "nobody"),
        "greeting": request.headers.get("accept-language", "no language"),
    }
    return {"data": {"person": person, "_entities": [person], "languages": ["EN"]}}


@asynccontextmanager
async def serving(cache: Mapping[str, Any] = CACHE, **more: Any) -> AsyncIterator[httpx.AsyncClient]:
    graph = SmallGraph(Path(__file__).parents[1] / "cases/small_graph")

    async def answer(request: SubgraphRequest) -> Mapping[str, Any]:
        return told(request)

    transports = {name: FunctionTransport(answer) for name in graph.transports}
    all_of_it = RouterSettings(cache=cache, compression={"minimum_bytes": 1}, csrf={"enabled": False}, **more)
    app = create_app(all_of_it, graph.supergraph, transports=transports)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
            client.headers.clear()
            yield client


QUERIES = ("{ person(id: 1) { name } }", "{ person(id: 1) { greeting } }", "{ person(id: 1) { name greeting } }",
           "{ languages }")  # fmt: skip
VALUES = {
    "authorization": ["a", "b"],
    "accept-language": ["de", "ko"],
    "accept-encoding": ["gzip", "br"],
    "accept": ["application/json", "application/graphql-response+json"],
    "origin": ["https://a.example", "https://b.example", "https://c.example"],
    "cookie": ["a=b"],
}
CHANGES = st.sampled_from([(name, value) for name, values in VALUES.items() for value in (*values, None)])
"""Of the request before: None takes the header away."""


class HttpCache:
    """Keeps what it may: RFC 9111 section 4.1. `viewer` is whose it is; None is everybody's."""

    def __init__(self) -> None:
        self._kept: list[tuple[str, str | None, dict[str, str | None], tuple[object, ...]]] = []

    def find(self, query: str, viewer: str | None, headers: Mapping[str, str]) -> list[tuple[object, ...]]:
        return [
            answer
            for text, owner, selecting, answer in self._kept
            if text == query
            and owner in (None, viewer)
            and all(headers.get(name) == value for name, value in selecting.items())
        ]

    def keep(self, query: str, viewer: str, headers: Mapping[str, str], answer: httpx.Response) -> None:
        scope = answer.headers["cache-control"].partition(",")[0]
        if scope == "no-store":
            return
        names = {each.strip().lower() for each in answer.headers["vary"].split(",")}
        selecting = {name: headers.get(name) for name in names}
        self._kept.append((query, None if scope == "public" else viewer, selecting, seen(answer)))


def seen(answer: httpx.Response) -> tuple[object, ...]:
    """All that a client can see."""
    names = ("content-type", "content-encoding", "access-control-allow-origin")
    return answer.json(), *(answer.headers.get(name) for name in names)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(QUERIES), st.sampled_from(["one", "two"]), CHANGES), max_size=12),
    st.sampled_from(ORIGINS),
)
async def test_nobody_gets_what_is_for_somebody_else(
    steps: list[tuple[str, str, tuple[str, str | None]]], origins: list[str]
) -> None:
    kept, sent = HttpCache(), dict[str, str | None]()
    async with serving(server={"cors": {"origins": origins}}) as client:
        for query, browser, (name, value) in steps:
            sent[name] = value
            headers = {each: given for each, given in sent.items() if given is not None}
            answer = await client.get("/graphql", params={"query": query}, headers=headers)
            for earlier in kept.find(query, browser, headers):
                assert earlier == seen(answer)
            kept.keep(query, browser, headers, answer)


@pytest.mark.parametrize(
    ("query", "headers", "scope", "vary"),
    [
        ("{ languages }", {"authorization": "a"}, "public", {"accept", "accept-encoding"}),
        (QUERIES[0], {"authorization": "a"}, "private", {"accept", "accept-encoding", "authorization", "accept-language"}),
        (QUERIES[1], {}, "private", {"accept", "accept-encoding", "authorization", "accept-language"}),
        (QUERIES[0], {}, "no-store", {"accept", "accept-encoding"}),
    ],
)  # fmt: skip
async def test_names_what_it_depends_on(
    query: str, headers: dict[str, str], scope: str, vary: set[str]
) -> None:
    async with serving() as client:
        answer = await client.get("/graphql", params={"query": query}, headers=headers)

    assert answer.headers["cache-control"].partition(",")[0] == scope
    assert set(answer.headers["vary"].split(", ")) == vary


async def test_names_another_header_that_says_who_asks() -> None:
    async with serving({**CACHE, "viewer_headers": ["X-User"]}, headers={"propagate": ["X-User"]}) as client:
        answer = await client.get("/graphql", params={"query": QUERIES[0]}, headers={"x-user": "7"})

    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["vary"] == "accept, accept-encoding, x-user"


@pytest.mark.parametrize("origins", ORIGINS)
@pytest.mark.parametrize("headers", [{}, {"origin": "https://a.example"}])
async def test_pages_of_other_origins_have_answers_of_their_own(
    origins: list[str], headers: dict[str, str]
) -> None:
    """Also one that a client without a page has asked for: a page could not read it."""
    async with serving(server={"cors": {"origins": origins}}) as client:
        answer = await client.get("/graphql", params={"query": "{ languages }"}, headers=headers)

    assert answer.headers["cache-control"].startswith("public")
    assert "origin" in answer.headers["vary"].lower().split(", ")
    assert ("access-control-allow-origin" in answer.headers) is bool(headers)
