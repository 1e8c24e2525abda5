"""The requests that no connection has taken yet, in the order in which they came."""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Iterator

from router.upstream.http1.exchange import Exchange
from router.upstream.subgraph import SubgraphResponse


class Waiting:
    """A request whose future is cancelled leaves. One that is repeated waits beside the line, for its own connection."""

    def __init__(self) -> None:
        self._line: OrderedDict[asyncio.Future[SubgraphResponse], Exchange] = OrderedDict()
        self._beside: dict[asyncio.Future[SubgraphResponse], Exchange] = {}

    def __len__(self) -> int:
        return len(self._line) + len(self._beside)

    def __contains__(self, exchange: Exchange) -> bool:
        return exchange.future in self._line or exchange.future in self._beside

    def __iter__(self) -> Iterator[Exchange]:
        yield from self._beside.values()
        yield from self._line.values()

    @property
    def in_line(self) -> int:
        """How many any connection may take."""
        return len(self._line)

    @property
    def earliest(self) -> float:
        """The first deadline, or infinity."""
        return min((exchange.deadline for exchange in self), default=math.inf)

    def add(self, exchange: Exchange) -> None:
        """At the end of the line, or beside it."""
        (self._beside if exchange.repeated else self._line)[exchange.future] = exchange
        exchange.future.add_done_callback(self._left)

    def remove(self, exchange: Exchange) -> None:
        """It has been taken, or has failed."""
        exchange.future.remove_done_callback(self._left)
        self._left(exchange.future)

    def first(self) -> Exchange | None:
        """Of the line. One that was cancelled a moment ago does not count."""
        while self._line:
            exchange = next(iter(self._line.values()))
            if not exchange.future.done():
                return exchange
            self.remove(exchange)
        return None

    def first_without_dial(self) -> Exchange | None:
        """Of the line, for which no connection is being made."""
        return next((exchange for exchange in self._line.values() if not exchange.dialled), None)

    def _left(self, future: asyncio.Future[SubgraphResponse]) -> None:
        self._line.pop(future, None)
        self._beside.pop(future, None)
