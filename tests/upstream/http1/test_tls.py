"""Certificates on both sides."""

import ssl

import pytest

from router.upstream.http1 import Http1Transport, HttpSettings, tls_context
from tests.upstream.http1.client import CONNECTION, EMPTY, QUERY, failure
from tests.upstream.http1.raw_server import (
    CERTIFICATES,
    OK,
    Peer,
    RawServer,
    always,
    answer,
    server_tls,
    serving,
)

CA = CERTIFICATES / "ca.pem"
BODY = b'{"data":{"a":1}}'


def client_of(server: RawServer, tls: ssl.SSLContext | None = None, **settings: float) -> Http1Transport:
    return Http1Transport(server.url, HttpSettings(**{"total_timeout": 20.0, **settings}), tls=tls)  # type: ignore[arg-type]


async def test_speaks_tls_and_keeps_the_connection() -> None:
    async with serving(always(answer(BODY)), tls=server_tls()) as server:
        transport = client_of(server, tls_context(CA))
        for _ in range(3):
            assert (await transport.fetch(QUERY)).body == BODY
        assert len(server.peers) == 1
        await transport.close()
        assert transport.statistics == EMPTY


async def test_names_the_server() -> None:
    names: list[str | None] = []
    context = server_tls()
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    async with serving(always(answer(BODY)), tls=context) as server:
        transport = Http1Transport(
            server.url.replace("127.0.0.1", "localhost"), HttpSettings(), tls=tls_context(CA)
        )
        assert (await transport.fetch(QUERY)).body == BODY
        await transport.close()
    assert names == ["localhost"]


async def test_a_server_that_nobody_vouches_for() -> None:
    async with serving(always(answer(BODY)), tls=server_tls()) as server:
        transport = client_of(server)
        error = await failure(transport)
        assert (error.code, error.connecting) == (CONNECTION, True)
        assert "certificate" in error.message
        await transport.close()


async def test_a_server_with_the_certificate_of_another() -> None:
    async with serving(always(answer(BODY)), host="127.0.0.2", tls=server_tls()) as server:
        transport = client_of(server, tls_context(CA))
        error = await failure(transport)
        assert (error.code, error.connecting) == (CONNECTION, True)
        assert "127.0.0.2" in error.message
        await transport.close()


async def test_a_server_that_wants_to_know_who_asks() -> None:
    async with serving(always(answer(BODY)), tls=server_tls(ask=True)) as server:
        known = client_of(server, tls_context(CA, CERTIFICATES / "client.pem", CERTIFICATES / "client.key"))
        assert (await known.fetch(QUERY)).body == BODY
        await known.close()

        unknown = client_of(server, tls_context(CA))
        assert (await failure(unknown)).code == CONNECTION
        await unknown.close()


async def test_a_server_without_tls() -> None:
    async def script(peer: Peer) -> None:
        await peer.reader.read(1)
        await peer.send(answer(b"", status="400 Bad Request"))

    async with serving(script) as server:
        server.url = server.url.replace("http:", "https:")
        transport = client_of(server, tls_context(CA))
        error = await failure(transport)
        assert (error.code, error.connecting) == (CONNECTION, True)
        await transport.close()


async def test_a_handshake_that_does_not_end() -> None:
    async def script(peer: Peer) -> None:
        await peer.end()

    async with serving(script) as server:
        server.url = server.url.replace("http:", "https:")
        transport = client_of(server, tls_context(CA), connect_timeout=0.1)
        error = await failure(transport)
        assert (error.code, error.connecting) == ("SUBREQUEST_TIMEOUT", True)
        await server.settled()
        await transport.close()


async def test_a_large_answer_and_one_until_close() -> None:
    body = bytes(1_000_000)

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(answer(body))
        await peer.request()
        await peer.send(OK + b"\r\n" + body)

    async with serving(script, tls=server_tls()) as server:
        transport = client_of(server, tls_context(CA))
        assert (await transport.fetch(QUERY)).body == body
        assert (await transport.fetch(QUERY)).body == body
        await transport.close()


@pytest.mark.parametrize("files", [("nobody.pem",), ("ca.pem", "nobody.pem"), ("ca.pem", "client.pem")])
def test_files_that_cannot_be_used(files: tuple[str, ...]) -> None:
    with pytest.raises(OSError, match=r"\w"):
        tls_context(*(CERTIFICATES / name for name in files))
