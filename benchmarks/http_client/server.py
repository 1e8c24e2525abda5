"""A server that does next to nothing: reads a request, and writes the same answer each time."""

import asyncio
import socket
import sys
from typing import cast

import uvloop

_BODY = (
    b'{"data":{"users":[' + b",".join(b'{"id":"%d","name":"User %d"}' % (n, n) for n in range(10)) + b"]}}"
)
_ANSWER = (
    b"HTTP/1.1 200 OK\r\n"
    b"date: Mon, 23 Nov 2026 12:00:00 GMT\r\n"
    b"server: uvicorn\r\n"
    b"content-length: %d\r\n"
    b"content-type: application/json\r\n\r\n%b" % (len(_BODY), _BODY)
)
_LENGTH = b"content-length:"


class _Server(asyncio.Protocol):
    def __init__(self) -> None:
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        head, end, body = self._unread.partition(b"\r\n\r\n")
        if end and len(body) >= int(head.lower().partition(_LENGTH)[2].partition(b"\r\n")[0]):
            self._unread = b""
            self._transport.write(_ANSWER)


async def _serve(listening: socket.socket) -> None:
    server = await asyncio.get_running_loop().create_server(_Server, sock=listening)
    await server.serve_forever()


def main() -> None:
    """Serves the socket whose number is given, until it is ended."""
    uvloop.run(_serve(socket.socket(fileno=int(sys.argv[1]))))


if __name__ == "__main__":
    main()
