"""One answer for every request, at once: `python -m benchmarks.reload.subgraph PORT ANSWER`.

It costs next to nothing, so that what is measured is the router.
"""

import asyncio
import sys
from pathlib import Path
from typing import cast


class Answering(asyncio.Protocol):
    """HTTP/1.1 with kept connections, for a client that sends a request only when it has the answer to the one before."""

    def __init__(self, answer: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(
            answer
        )
        self._answer = head + answer
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """One of the router's."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answers once the body is complete."""
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if found and len(body) >= int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]):
            self._received = b""
            self._transport.write(self._answer)


async def serve(port: int, answer: bytes) -> None:
    """Until it is killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(answer), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]).read_bytes()))
