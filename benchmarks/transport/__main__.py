"""What the transport takes of a request beside a framework's routing, and what compressing an answer takes."""

import argparse
import asyncio
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import brotli
import uvloop

from benchmarks.transport.answer import bookings
from router.pipeline import GraphQLRequest, GraphQLResponse
from router.settings import RouterSettings
from router.transport.content_coding import zstd
from router.transport.from_settings import cors, graphql_endpoint
from router.transport.front import RouterApp
from router.transport.persisted_queries import MemoryStore
from router.transport.request_id import new_ids

Compress = Callable[[bytes], bytes]

_BODY: Final = b'{"query": "{ languages }"}'
_ANSWER: Final = GraphQLResponse(b'{"data":{"languages":["EN","KO"]}}')
_HEADERS: Final = (
    (b"host", b"127.0.0.1:4000"),
    (b"user-agent", b"benchmark"),
    (b"accept", b"application/json"),
    (b"content-type", b"application/json"),
    (b"content-length", b"%d" % len(_BODY)),
    (b"authorization", b"Bearer abcdefghijklmnopqrstuvwxyz"),
)
_SIZES: Final = (5, 20, 200, 1500)
"""Bookings in the answers that are compressed: 2, 9, 92 and 700 KB."""


class _Executor:
    async def execute(self, _request: GraphQLRequest) -> GraphQLResponse:
        return _ANSWER


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.transport", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000, help="in each round (100,000)")
    parser.add_argument("--rounds", type=int, default=5, help="of which the best counts (5)")
    options = parser.parse_args()
    uvloop.run(_requests(options.requests, options.rounds))
    _compression(options.rounds)


async def _requests(count: int, rounds: int) -> None:
    """The framework still has a route to the endpoint, for applications under a root path: that is the other side."""
    new_id = new_ids()
    settings = RouterSettings()
    endpoint = graphql_endpoint(_Executor(), settings, None, MemoryStore(1), new_id)
    app = RouterApp("/graphql", endpoint, cors(settings.server.cors), new_id)
    sides: dict[str, tuple[Any, str]] = {
        "nothing but two messages": (_nothing, ""),
        "the endpoint": (app, ""),
        "the endpoint behind the framework's routing": (app, "/api"),
    }
    best = dict.fromkeys(sides, float("inf"))
    for _ in range(rounds):
        for name, (side, root_path) in sides.items():
            best[name] = min(best[name], await _round(side, root_path, count))
    for name, seconds in best.items():
        print(f"{name:45}{seconds * 1e6:8.1f} µs of processor time a request")


async def _nothing(_scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _round(app: Any, root_path: str, count: int) -> float:
    async def send(_message: Any) -> None:
        pass

    begin = time.process_time()
    for _ in range(count):
        await app(_scope(root_path), _Client().receive, send)
    return (time.process_time() - begin) / count


class _Client:
    """Sends its request at once, and stays."""

    __slots__ = ("_sent",)

    def __init__(self) -> None:
        self._sent = False

    async def receive(self) -> Any:
        if self._sent:
            await asyncio.Event().wait()
        self._sent = True
        return {"type": "http.request", "body": _BODY, "more_body": False}


def _scope(root_path: str) -> dict[str, Any]:
    """As uvicorn makes it."""
    path = f"{root_path}/graphql"
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": root_path,
        "headers": list(_HEADERS), "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 4000), "state": {},
    }  # fmt: skip


def _compression(rounds: int) -> None:
    answers = [bookings(count) for count in _SIZES]
    print("\n" + "".join(f"{len(answer) / 1024:15.0f} KB" for answer in answers))
    for name, compress in _ways():
        figures = []
        for answer in answers:
            seconds, packed = _best(compress, answer, rounds)
            figures.append(f"{seconds * 1e6 / (len(answer) / 1024):7.2f} µs/KB{len(answer) / packed:5.2f}")
        print(f"{name:8}" + " ".join(figures))


def _ways() -> Iterator[tuple[str, Compress]]:
    for level in (1, 2, 4, 6):
        yield f"gzip {level}", lambda body, level=level: zlib.compress(body, level, 31)  # type: ignore[misc]
    for quality in (0, 1, 2, 4, 5):
        yield f"br {quality}", lambda body, quality=quality: brotli.compress(body, quality=quality)  # type: ignore[misc]
    for level in (1, 3, 4, 6):
        compressor = zstd.ZstdCompressor(level)
        yield f"zstd {level}", lambda body, own=compressor: own.compress(body, own.FLUSH_FRAME)  # type: ignore[misc]


def _best(compress: Compress, body: bytes, rounds: int) -> tuple[float, int]:
    """Seconds, and bytes of the result."""
    repeats = max(3, 1_000_000 // len(body))
    best, packed = float("inf"), b""
    for _ in range(rounds):
        begin = time.process_time()
        for _ in range(repeats):
            packed = compress(body)
        best = min(best, (time.process_time() - begin) / repeats)
    return best, len(packed)


if __name__ == "__main__":
    main()
