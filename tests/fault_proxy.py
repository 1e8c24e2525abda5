"""Stands between one process and its Redis: answers late, answers with something else, lets nothing through, or leads elsewhere."""

import asyncio
import random
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class _Link:
    """A connection, both halves of it."""

    def __init__(self) -> None:
        self.tracks = False
        """It is the one on which a process hears of changes."""
        self.opened = asyncio.Event()
        self.opened.set()
        self.tasks: list[asyncio.Task[None]] = []


class FaultProxy:
    """A context manager. `delay`: seconds by which what Redis says comes late. `luck`: seconds at most for whatever goes through,
    each connection by its own; all stays in its order. `garble` makes something else of what Redis says.
    """

    def __init__(self, url: str, luck: float = 0.0) -> None:
        self.opened = asyncio.Event()
        """Cleared, everything waits, the end of a connection, too."""
        self.opened.set()
        self.delay = 0.0
        self.luck = luck
        self.garble: Callable[[bytes], bytes] = bytes
        target = urlsplit(url)
        self._password, self._port = target.password, target.port
        self._links: set[_Link] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return f"redis://:{self._password}@127.0.0.1:{port}/0"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        tasks = self._cut()
        await asyncio.gather(*tasks, return_exceptions=True)

    def lead_to(self, port: int | None) -> None:
        """Whoever connects from now on; the others are cut off."""
        self._port = port
        self._cut()

    def swallow(self, *, tracking_only: bool = False) -> int:
        """Nothing goes through the connections that there are any more, and nobody is told. Gives how many that are."""
        chosen = [link for link in self._links if link.tracks or not tracking_only]
        for link in chosen:
            link.opened.clear()
        return len(chosen)

    def _cut(self) -> "list[asyncio.Task[None]]":
        tasks = [task for link in self._links for task in link.tasks]
        for task in tasks:
            task.cancel()
        return tasks

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.close()
            return
        link = _Link()
        link.tasks = [
            asyncio.create_task(self._ask(link, reader, there[1])),
            asyncio.create_task(self._answer(link, there[0], writer)),
        ]
        self._links.add(link)
        await asyncio.wait(link.tasks, return_when=asyncio.FIRST_COMPLETED)
        self._links.discard(link)
        for task in link.tasks:
            task.cancel()
        writer.close()
        there[1].close()

    async def _ask(self, link: _Link, source: asyncio.StreamReader, drain: asyncio.StreamWriter) -> None:
        while part := await _read(source):
            link.tracks = link.tracks or b"TRACKING" in part
            await self._wait(link, 0)
            drain.write(part)
        await self._wait(link, 0)

    async def _answer(self, link: _Link, source: asyncio.StreamReader, drain: asyncio.StreamWriter) -> None:
        while part := await _read(source):
            await self._wait(link, self.delay)
            drain.write(self.garble(part))
        await self._wait(link, self.delay)

    async def _wait(self, link: _Link, delay: float) -> None:
        if seconds := delay + random.random() ** 3 * self.luck:
            await asyncio.sleep(seconds)
        await self.opened.wait()
        await link.opened.wait()


async def _read(source: asyncio.StreamReader) -> bytes:
    try:
        return await source.read(65536)
    except OSError:
        return b""
