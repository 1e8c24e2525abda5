"""Which client reaches which subgraph, by the settings."""

from pathlib import Path
from typing import Any

import pytest

from router.connections import UnknownUrlError, connected, http_subgraphs
from router.federation.supergraph import Supergraph
from router.settings import RouterSettings
from router.upstream.subgraph import SubgraphRequest
from tests.conftest import SmallGraph
from tests.upstream.http1.raw_server import CERTIFICATES, Peer, Received, always, answer, server_tls, serving

BODY = b'{"data":{}}'


@pytest.fixture
def graph(small_graph: SmallGraph) -> Supergraph:
    return small_graph.supergraph


def settings(url: str, *, tls: dict[str, Any] | None = None, **upstream: Any) -> RouterSettings:
    """Both subgraphs at one URL."""
    own = {"url": url, "tls": tls or {}}
    return RouterSettings.model_validate(
        {"upstream": upstream, "subgraphs": {"people": own, "greetings": {"url": url}}}
    )


async def ask(graph: Supergraph, given: RouterSettings) -> bytes:
    subgraphs = http_subgraphs(graph, given, {})
    async with connected(subgraphs, given) as transports:
        assert transports.keys() == {"people", "greetings"}
        return (await transports["people"].fetch(SubgraphRequest(b"{}"))).body


@pytest.mark.parametrize("client", ["own", "aiohttp"])
async def test_either_client_reaches_a_subgraph(graph: Supergraph, client: str) -> None:
    async with serving(always(answer(BODY))) as server:
        assert await ask(graph, settings(server.url, client=client)) == BODY


@pytest.mark.parametrize("client", ["own", "aiohttp"])
async def test_either_client_knows_the_certificates_of_a_subgraph(graph: Supergraph, client: str) -> None:
    files = {
        "ca": CERTIFICATES / "ca.pem",
        "certificate": CERTIFICATES / "client.pem",
        "key": CERTIFICATES / "client.key",
    }
    async with serving(always(answer(BODY)), tls=server_tls(ask=True)) as server:
        assert await ask(graph, settings(server.url, tls=files, client=client)) == BODY


async def test_a_subgraph_may_be_at_a_socket(graph: Supergraph, tmp_path: Path) -> None:
    async with serving(always(answer(BODY)), path=str(tmp_path / "people.sock")) as server:
        assert await ask(graph, settings(server.url)) == BODY


async def test_a_proxy_gets_all_requests(graph: Supergraph) -> None:
    received: list[Received] = []

    async def script(peer: Peer) -> None:
        received.append(await peer.request())
        await peer.send(answer(BODY))

    async with serving(script) as proxy:
        assert await ask(graph, settings("http://people.internal/graphql", proxy=proxy.url)) == BODY
    assert received[0].head.startswith(b"POST http://people.internal/graphql HTTP/1.1\r\n")


async def test_those_in_this_process_need_no_connection(graph: Supergraph, small_graph: SmallGraph) -> None:
    assert http_subgraphs(graph, RouterSettings(), small_graph.transports) == {}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (
            {"subgraphs": {"nobody": {"url": "http://a/"}}},
            "subgraphs.nobody: the supergraph has no such subgraph",
        ),
        (
            settings("unix:/run/a.sock", client="aiohttp").model_dump(),
            "is a socket, which only the router's own client reaches",
        ),
        (
            settings("https://a/", tls={"ca": "nobody.pem"}).model_dump(),
            "subgraphs.people.tls: a file cannot be used",
        ),
    ],
)
def test_says_what_is_wrong_with_the_settings(graph: Supergraph, given: dict[str, Any], problem: str) -> None:
    with pytest.raises(UnknownUrlError, match=problem) as raised:
        http_subgraphs(graph, RouterSettings.model_validate(given), {})
    assert raised.value.code == "INVALID_SUBGRAPH_SETTINGS"


@pytest.mark.parametrize("url", ["", "people", "ftp://people/"])
def test_says_that_the_supergraph_has_no_url(graph: Supergraph, url: str) -> None:
    without = Supergraph.parse(graph.sdl.replace("http://127.0.0.1:1/people", url))

    with pytest.raises(UnknownUrlError, match=r"no URL for the subgraph people, .* Set subgraphs.people.url"):
        http_subgraphs(without, RouterSettings(), {})
