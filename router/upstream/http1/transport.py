"""A subgraph over HTTP/1.1 with a client of our own, which costs a fraction of a general one (docs/decisions/047)."""

import asyncio
import ssl

from router.upstream.call import Call, Ended, start
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

    def call(self, request: SubgraphRequest, ended: Ended) -> Call:
        """Sends at once if a connection is idle. The outcome is a SubgraphError if it is no answer.

        Cancelled, a request that is still queued is not sent, and the connection of one that is under way is closed.
        """
        now = self._loop.time()
        deadline = now + self._total
        if request.deadline is not None and request.deadline < deadline:
            deadline = request.deadline
        exchange = Exchange(request, ended, deadline)
        self._pool.submit(exchange, now)
        return exchange

    def start(self, request: SubgraphRequest) -> asyncio.Future[SubgraphResponse]:
        """A call as a future, which fails with SubgraphError. Cancelling it cancels the call."""
        return start(self.call, request, self._loop)

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises SubgraphError."""
        return await self.start(request)

    async def close(self) -> None:
        """Fails what is under way, and returns when all connections are closed."""
        await self._pool.close()
