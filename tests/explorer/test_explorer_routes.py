"""The explorer's page and assets over ASGI."""

import gzip
import html.parser
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from router.app import create_app
from router.explorer import Example, ExplorerPage, explorer_routes
from router.settings import RouterSettings

ASSETS = Path(__file__).parents[2] / "router/explorer/assets"
EVIL = "</script><script>alert(1)</script>"


class _Elements(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def config_of(page: str) -> dict[str, Any]:
    [text] = re.findall(r'<script type="application/json" id="config">(.*)</script>', page)
    config: dict[str, Any] = json.loads(text)
    return config


def page(**parts: Any) -> ExplorerPage:
    return ExplorerPage(endpoint="graphql", graph="type Query", **parts)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=explorer_routes(page()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router") as opened:
        yield opened


def test_opens_the_named_example() -> None:
    examples = [Example("a", "{ a }", "A"), Example("b", "{ b }", "B", variables="{}")]

    config = config_of(page(examples=examples, open_first="b", first_query="{ c }").render())

    assert config["tabs"] == [{"query": "{ b }", "variables": "{}"}]
    assert [example["title"] for example in config["examples"]] == ["B", "A"]


@pytest.mark.parametrize(("examples", "tab"), [([Example("a", "{ a }", "A")], "{ a }"), ([], "{ c }")])
def test_opens_something(examples: list[Example], tab: str) -> None:
    config = config_of(page(examples=examples, open_first="missing", first_query="{ c }").render())

    assert config["tabs"][0]["query"] == tab


def test_headers_are_fresh_each_time() -> None:
    tokens = iter(("one", "two"))
    subject = page(headers=lambda: {"Authorization": next(tokens)})

    found = [config_of(subject.render())["headers"] for _ in range(2)]

    assert found == [{"Authorization": "one"}, {"Authorization": "two"}]


def test_graphs_at_one_address_are_told_apart() -> None:
    one = config_of(ExplorerPage(endpoint="graphql", graph="a").render())
    other = config_of(ExplorerPage(endpoint="graphql", graph="b").render())

    assert one["graph"] != other["graph"]


def test_nothing_in_it_can_end_the_script() -> None:
    rendered = page(title=EVIL, examples=[Example("x", EVIL, EVIL)]).render()

    assert config_of(rendered)["examples"][0]["query"] == EVIL
    assert rendered.count("<script") == 2
    assert "alert(1)</script>" not in rendered.partition("<script")[2].partition("\n")[0][60:-20]


async def test_the_page_allows_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'self'; ")
    assert answer.headers["cache-control"] == "no-store"
    links = [
        value
        for _, attributes in _Elements(answer.text).found
        for name, value in attributes.items()
        if name in ("src", "href")
    ]
    assert links == ["data:,", "explorer/main.css", "explorer/main.js"]


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("main.js", "text/javascript; charset=utf-8"),
        ("main.css", "text/css; charset=utf-8"),
        ("editor.worker.js", "text/javascript; charset=utf-8"),
        ("graphql.worker.js", "text/javascript; charset=utf-8"),
        ("json.worker.js", "text/javascript; charset=utf-8"),
        ("codicon.ttf", "font/ttf"),
    ],
)
async def test_serves_assets(client: httpx.AsyncClient, name: str, content_type: str) -> None:
    plain = gzip.decompress((ASSETS / f"{name}.gz").read_bytes())

    compressed = await client.get(f"/explorer/{name}", headers={"accept-encoding": "br, gzip"})
    uncompressed = await client.get(f"/explorer/{name}", headers={"accept-encoding": "identity"})

    assert compressed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in uncompressed.headers
    assert compressed.content == uncompressed.content == plain
    assert compressed.headers["content-type"] == content_type
    assert compressed.headers["vary"] == "accept-encoding"


async def test_an_asset_that_the_browser_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/explorer/main.css")
    again = await client.get("/explorer/main.css", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("name", ["missing.js", "LICENSES.txt", "..%2Fpage.html", "main.js.gz"])
async def test_serves_nothing_else(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/explorer/{name}")).status_code == 404


def test_licences_are_kept_with_what_they_are_for() -> None:
    licences = (ASSETS / "LICENSES.txt").read_text()

    for name in ("graphiql 5", "monaco-editor 0", "react 19", "graphql 16", "Roboto", "Fira Code"):
        assert f"\n{name}" in licences or f" {name}" in licences


async def test_can_be_left_out(small_graph: Any) -> None:
    app = create_app(
        RouterSettings(explorer={"enabled": False}), small_graph.supergraph, transports=small_graph.transports
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router") as client:
        assert (await client.get("/")).status_code == 404
        assert (await client.get("/explorer/main.js")).status_code == 404
