"""Asks one query at a steady rate over kept connections: `python -m benchmarks.reload.load PORT BODY RATE SECONDS`.

Prints when each request was due, by the clock of all processes, how long its answer took from then on, and whether it was right. A
request that waits for a free connection is late, and counts as such.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Final

CONNECTIONS: Final = 16
_PATIENCE_SECONDS: Final = 30


class Client:
    """One connection, opened anew where the router says that it is over."""

    def __init__(self, port: int, body: bytes) -> None:
        self._port = port
        self._request = (
            b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%b" % (len(body), body)
        )
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self) -> bool:
        """Whether the answer is data without errors. A request is sent once, whatever happens to it."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                if self._streams is None:
                    self._streams = await asyncio.open_connection("127.0.0.1", self._port)
                reader, writer = self._streams
                writer.write(self._request)
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
                body = await reader.readexactly(length)
        except (OSError, EOFError, ValueError, TimeoutError):
            self.close()
            return False
        if b"connection: close" in head:
            self.close()
        return head.startswith(b"http/1.1 200 ") and body.startswith(b'{"data"') and b'"errors"' not in body

    def close(self) -> None:
        """The next request opens another one."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def ask_all(port: int, body: bytes, rate: float, seconds: float) -> list[tuple[float, float, bool]]:
    """When each was due, how long it took, and whether it was right."""
    found: list[tuple[float, float, bool]] = []
    requests = iter(range(int(rate * seconds)))
    begin = time.time() + 0.1

    async def run(client: Client) -> None:
        for number in requests:
            due = begin + number / rate
            await asyncio.sleep(max(0.0, due - time.time()))
            right = await client.ask()
            found.append((due, time.time() - due, right))
        client.close()

    clients = [Client(port, body) for _ in range(CONNECTIONS)]
    await asyncio.gather(*(run(client) for client in clients))
    return found


def main() -> None:
    """Prints a JSON list."""
    port, body, rate, seconds = sys.argv[1:]
    answers = asyncio.run(ask_all(int(port), Path(body).read_bytes(), float(rate), float(seconds)))
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
