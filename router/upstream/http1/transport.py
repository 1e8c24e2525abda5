"""A subgraph over HTTP/1.1 with a client of our own, which costs a fraction of a general one (docs/decisions/047)."""

import asyncio
import ssl

from router.upstream.http1.dial import Dial, Dialer, resolve
from router.upstream.http1.exchange import Exchange
from router.upstream.http1.head import PropagatedHeaders, RequestWriter
from router.upstream.http1.pool import Pool, PoolStatistics
from router.upstream.http1.settings import HttpSettings
from router.upstream.http1.target import read_url
from router.upstream.subgraph import SubgraphRequest, SubgraphResponse


class Http1Transport:
    """One subgraph at one URL, with connections of its own. It is made, used and closed in one event loop."""

    def __init__(
        self,
        url: str,
        settings: HttpSettings,
        *,
        tls: ssl.SSLContext | None = None,
        propagated: PropagatedHeaders | None = None,
        dial: Dial | None = None,
    ) -> None:
        """`propagated` may be shared by the transports of a router. Raises ValueError for a URL that is none."""
        target = read_url(url)
        if target.secure and tls is None:
            tls = ssl.create_default_context()
        self._loop = asyncio.get_running_loop()
        self._total = settings.total_timeout
        self._pool = Pool(
            url,
            RequestWriter(target, settings.accept_encoding, propagated),
            dial or Dialer(target, settings.connect_timeout, tls if target.secure else None, resolve),
            settings,
        )

    @property
    def statistics(self) -> PoolStatistics:
        """Of its connections, as they are now."""
        return self._pool.statistics

    def start(self, request: SubgraphRequest) -> asyncio.Future[SubgraphResponse]:
        """Sends at once if a connection is idle, and needs no task. The future fails with SubgraphError.

        Cancelling the future says that nobody waits any more: a request that is still queued is not sent, and the
        connection of one that is under way is closed.
        """
        now = self._loop.time()
        deadline = now + self._total
        if request.deadline is not None and request.deadline < deadline:
            deadline = request.deadline
        future: asyncio.Future[SubgraphResponse] = self._loop.create_future()
        self._pool.submit(Exchange(request, future, deadline), now)
        return future

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises SubgraphError."""
        return await self.start(request)

    async def close(self) -> None:
        """Fails what is under way, and returns when all connections are closed."""
        await self._pool.close()
