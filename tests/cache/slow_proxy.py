"""Stands between a process and Redis: delays what goes through, each connection by its own luck, or lets nothing through."""

import asyncio
import random
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class SlowProxy:
    """A context manager. `most`: seconds of delay for what is received at once. All stays in its order."""

    def __init__(self, url: str, most: float = 0.0) -> None:
        self.opened = asyncio.Event()
        """Cleared, everything waits."""
        self.opened.set()
        self.most = most
        self._target = urlsplit(url)
        self._pumps: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return f"redis://:{self._target.password}@127.0.0.1:{port}/0"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._pumps:
            task.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(self._target.hostname, self._target.port)
        for source, drain in ((reader, there[1]), (there[0], writer)):
            self._pumps.add(asyncio.create_task(self._pump(source, drain)))

    async def _pump(self, source: asyncio.StreamReader, drain: asyncio.StreamWriter) -> None:
        try:
            while part := await source.read(65536):
                if self.most:
                    await asyncio.sleep(random.random() ** 3 * self.most)
                await self.opened.wait()
                drain.write(part)
        except OSError:
            pass
        finally:
            drain.close()
