"""Schemas from files and from running subgraphs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from router.composition.config import (
    ConfigError,
    SchemaFile,
    SchemaSource,
    SchemaText,
    SchemaUrl,
    SubgraphConfig,
    SupergraphConfig,
)
from router.composition.load import SDL_QUERY, load_subgraphs

SDL = "type Query { x: Int }"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def config(*schemas: SchemaSource, url: str | None = "http://a") -> SupergraphConfig:
    subgraphs = tuple(SubgraphConfig(f"s{index}", url, schema) for index, schema in enumerate(schemas))
    return SupergraphConfig(Path("supergraph.yaml"), subgraphs)


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def test_reads_files_and_texts(tmp_path: Path) -> None:
    (tmp_path / "a.graphql").write_text(SDL)
    loaded = await load_subgraphs(config(SchemaFile(tmp_path / "a.graphql"), SchemaText(SDL)))
    assert [(each.name, each.url, each.sdl) for each in loaded] == [
        ("s0", "http://a", SDL),
        ("s1", "http://a", SDL),
    ]


async def test_asks_a_running_subgraph() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert (await request.json())["query"] == SDL_QUERY
        return web.json_response({"data": {"_service": {"sdl": SDL}}})

    async with serving(answer) as url:
        (loaded,) = await load_subgraphs(config(SchemaUrl(url), url=None))
    assert (loaded.url, loaded.sdl) == (url, SDL)


ANSWERS = {
    "without JSON": ("<html>", "did not answer with JSON"),
    "without Federation": ('{"errors": [{"message": "no _service"}]}', "Is Federation enabled there"),
    "without text": ('{"data": {"_service": {"sdl": null}}}', "without text"),
    "with a list": ("[]", "Is Federation enabled there"),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_says_what_a_subgraph_did_wrong(name: str) -> None:
    body, expected = ANSWERS[name]

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=body)

    async with serving(answer) as url:
        with pytest.raises(ConfigError, match=expected):
            await load_subgraphs(config(SchemaUrl(url)))


async def test_says_which_subgraphs_cannot_be_had(tmp_path: Path) -> None:
    schemas = (SchemaFile(tmp_path / "nope.graphql"), SchemaUrl("http://127.0.0.1:9/"), SchemaUrl("nonsense"))
    with pytest.raises(ConfigError) as caught:
        await load_subgraphs(config(*schemas))
    lines = caught.value.message.splitlines()
    assert [
        any(f"s{index}" in line or f"subgraph s{index}" in line for line in lines) for index in range(3)
    ] == [True] * 3
    assert "cannot be reached" in caught.value.message
    assert "that is not a URL" in caught.value.message


async def test_does_not_wait_for_ever() -> None:
    async def hang(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(5)
        return web.Response()

    async with serving(hang) as url:
        with pytest.raises(ConfigError, match="did not answer in time"):
            await load_subgraphs(config(SchemaUrl(url)), timeout_seconds=0.1)
