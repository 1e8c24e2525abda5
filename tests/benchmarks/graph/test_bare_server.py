"""The server that stands in for subgraphs: answers by path and body, each computed once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx

from benchmarks.graph import bare_server
from benchmarks.graph.serve import answer


class Counting:
    """Echoes the body under one path, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, path: str, body: bytes) -> bytes:
        if path != "echo":
            raise KeyError(path)
        self.asked += 1
        return body


@asynccontextmanager
async def served(answer: Callable[[str, bytes], bytes]) -> AsyncIterator[int]:
    server = await bare_server.start(answer, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_an_answer_is_computed_once() -> None:
    counting = Counting()
    async with served(counting) as port, httpx.AsyncClient(trust_env=False) as client:
        url = f"http://127.0.0.1:{port}/echo"
        answers = [(await client.post(url, content=body)).content for body in (b"a", b"a", b"b")]
    assert answers == [b"a", b"a", b"b"]
    assert counting.asked == 2


async def test_a_request_may_come_in_pieces_and_the_next_one_with_it() -> None:
    async with served(Counting()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        message = b"POST /echo HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello" * 2
        for at in range(0, len(message), 7):
            writer.write(message[at : at + 7])
            await writer.drain()
        expected = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\nhello" * 2
        assert await asyncio.wait_for(reader.readexactly(len(expected)), 10) == expected
        writer.close()
        await writer.wait_closed()


async def test_a_path_that_is_not_there() -> None:
    async with served(Counting()) as port, httpx.AsyncClient(trust_env=False) as client:
        response = await client.post(f"http://127.0.0.1:{port}/other", content=b"a")
    assert response.status_code == 404


async def test_what_is_not_http_ends_the_connection() -> None:
    async with served(Counting()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x00\x01\x02\r\n\r\n")
        assert (await asyncio.wait_for(reader.read(), 10)).startswith(b"HTTP/1.1 400 ")
        writer.close()
        await writer.wait_closed()


def test_memory_is_bounded() -> None:
    counting = Counting()
    responses = bare_server.Responses(counting)
    for number in range(10_000):
        responses.find(b"/echo", b"%d" % number)
    assert responses.known <= 4000


async def test_subgraphs_answer_through_it() -> None:
    async with served(answer) as port, httpx.AsyncClient(trust_env=False) as client:
        url = f"http://127.0.0.1:{port}"
        found = await client.post(f"{url}/venues", json={"query": "{ cities { name } }"})
        missing = await client.post(f"{url}/nobody", json={"query": "{ cities { name } }"})
    assert found.json() == {"data": {"cities": [{"name": "Seoul"}, {"name": "Busan"}, {"name": "Daegu"}]}}
    assert missing.status_code == 404
