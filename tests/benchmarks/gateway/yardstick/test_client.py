import asyncio

from benchmarks.gateway.yardstick.client import Pool, SingleFlight
from benchmarks.graph import bare_server


def echo(path: str, body: bytes) -> bytes:
    return path.encode() + b":" + body


async def test_requests_at_once_have_connections_of_their_own_and_later_ones_use_them_again() -> None:
    server = await bare_server.start(echo, 0)
    async with server:
        pool = Pool(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/path")
        bodies = [b"x" * size for size in (0, 1, 100_000, 1_000_000)]
        for _ in range(2):
            answers = await asyncio.gather(*(pool.call(body) for body in bodies))
            assert answers == [b"path:" + body for body in bodies]
            assert len(pool.idle) == 4
        pool.close()


class Held:
    """Answers when it is let go."""

    def __init__(self) -> None:
        self.calls = 0
        self.go = asyncio.Event()

    async def call(self, body: bytes) -> bytes:
        self.calls += 1
        await self.go.wait()
        return body


async def test_equal_requests_under_way_are_one_call() -> None:
    held = Held()
    flight = SingleFlight(held.call)
    under_way = [asyncio.ensure_future(flight.call(body)) for body in (b"a", b"a", b"b")]
    await asyncio.sleep(0)
    assert held.calls == 2
    held.go.set()
    assert await asyncio.gather(*under_way) == [b"a", b"a", b"b"]
    assert await flight.call(b"a") == b"a"
    assert held.calls == 3
