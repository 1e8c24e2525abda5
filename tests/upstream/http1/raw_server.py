"""A server of subgraph answers that does what a test says, byte by byte."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

_SECONDS: Final = 30
"""After which a test that hangs fails."""

CERTIFICATES: Final = Path(__file__).parent / "certificates"
OK: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


class Received(NamedTuple):
    """A request, cut in two; the head with its last blank line."""

    head: bytes
    body: bytes


class Peer:
    """The server's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        self.reader = reader
        self.writer = writer
        self.number = number
        """0 for the first connection to the server."""

    async def request(self) -> Received:
        """The next one. Raises IncompleteReadError when there is none."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
        return Received(head, await self.reader.readexactly(length))

    async def send(self, data: bytes) -> None:
        """Returns when it is on its way."""
        self.writer.write(data)
        await self.writer.drain()

    async def end(self) -> None:
        """Returns when the other side has closed the connection."""
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            pass

    def close(self) -> None:
        """In order."""
        self.writer.close()

    def reset(self) -> None:
        """With an RST in place of a FIN."""
        connected = self.writer.get_extra_info("socket")
        if connected.fileno() >= 0:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script: TypeAlias = Callable[[Peer], Awaitable[None]]


class RawServer:
    """Runs a script on every connection, and closes it at the script's end."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.url = ""
        self.peers: list[Peer] = []
        self.failures: list[BaseException] = []
        self.tasks: set[asyncio.Task[None]] = set()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer, len(self.peers))
        self.peers.append(peer)
        task = asyncio.create_task(self._run(peer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _run(self, peer: Peer) -> None:
        try:
            await self.script(peer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except Exception as error:
            self.failures.append(error)
        finally:
            peer.close()

    async def settled(self) -> None:
        """When all scripts have ended."""
        async with asyncio.timeout(_SECONDS):
            while self.tasks:
                await asyncio.wait(list(self.tasks))


@asynccontextmanager
async def serving(
    script: Script,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    path: str | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[RawServer]:
    """At an address, or at the socket `path`. Scripts that still run at the end are cancelled."""
    server = RawServer(script)
    async with asyncio.timeout(_SECONDS):
        if path is None:
            listening = await asyncio.start_server(server.accept, host, port, ssl=tls)
            port = listening.sockets[0].getsockname()[1]
            server.url = f"http{'s' if tls else ''}://{host}:{port}/graphql"
        else:
            listening = await asyncio.start_unix_server(server.accept, path)
            server.url = f"unix:{path}:/graphql"
        try:
            yield server
        finally:
            listening.close()
            for task in list(server.tasks):
                task.cancel()
            await asyncio.gather(*list(server.tasks), return_exceptions=True)
            for peer in server.peers:
                peer.writer.transport.abort()
    assert server.failures == []


def server_tls(*, ask: bool = False) -> ssl.SSLContext:
    """For `localhost` and 127.0.0.1. With `ask` clients have to show a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "server.pem", CERTIFICATES / "server.key")
    context.load_verify_locations(CERTIFICATES / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED if ask else ssl.CERT_NONE
    return context


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole answer with a length, JSON by its type."""
    lines = "".join(f"{line}\r\n" for line in ("content-type: application/json", *headers))
    return f"HTTP/1.1 {status}\r\n{lines}content-length: {len(body)}\r\n\r\n".encode() + body


def always(data: bytes, *, close: bool = False) -> Script:
    """Answers every request so."""

    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.send(data)
            if close:
                return

    return script


async def silent(peer: Peer) -> None:
    """Answers nothing, and waits for the end."""
    await peer.request()
    await peer.end()
