"""A subgraph process that answers as it is in the mood to: `python moody_subgraph.py PORT MOOD_FILE`.

The first word of the file is its mood when a request comes: `well`, `silent`, `half`, `huge` or `garbage`.
"""

import asyncio
import sys
from pathlib import Path

HUGE = 200 * 1024 * 1024
PIECE = b"x" * 65536


def answer(body: bytes) -> bytes:
    """What the small graph's subgraphs say to the requests that the tests make."""
    if b"languages" in body:
        return b'{"data":{"languages":["EN","KO"]}}'
    return b'{"data":{"people":[{"__typename":"Person","id":"1","name":"Ada"}]}}'


def feeling(mood: Path) -> str:
    return mood.read_text().split()[0]


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, mood: Path) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await respond(writer, answer(await reader.readexactly(length)), feeling(mood))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def respond(writer: asyncio.StreamWriter, body: bytes, mood: str) -> None:
    if mood == "silent":
        await asyncio.Event().wait()
    if mood == "garbage":
        writer.write(b"\x00\xffnot http\r\n\r\n")
        return
    length = HUGE if mood == "huge" else len(body)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % length)
    if mood == "half":
        writer.write(body[: len(body) // 2])
        writer.close()
    elif mood == "huge":
        writer.write(b'{"data":{"languages":["')
        for _ in range(HUGE // len(PIECE)):
            writer.write(PIECE)
            await writer.drain()
    else:
        writer.write(body)


async def main(port: int, mood: Path) -> None:
    server = await asyncio.start_server(lambda reader, writer: serve(reader, writer, mood), "127.0.0.1", port)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
