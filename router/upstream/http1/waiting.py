"""The requests that no connection has taken yet, in the order in which they came."""

import math
from collections import OrderedDict
from collections.abc import Iterator

from router.upstream.http1.exchange import Exchange


class Waiting:
    """A request that is cancelled leaves. One that is repeated waits beside the line, for its own connection."""

    def __init__(self) -> None:
        self._line: OrderedDict[Exchange, None] = OrderedDict()
        self._beside: dict[Exchange, None] = {}

    def __len__(self) -> int:
        return len(self._line) + len(self._beside)

    def __contains__(self, exchange: Exchange) -> bool:
        return exchange in self._line or exchange in self._beside

    def __iter__(self) -> Iterator[Exchange]:
        yield from self._beside
        yield from self._line

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
        (self._beside if exchange.repeated else self._line)[exchange] = None
        exchange.holder = self

    def remove(self, exchange: Exchange) -> None:
        """It has been taken, or has failed."""
        self._line.pop(exchange, None)
        self._beside.pop(exchange, None)

    def left(self, exchange: Exchange) -> None:
        """Nobody waits for it any more."""
        self.remove(exchange)

    def first(self) -> Exchange | None:
        """Of the line."""
        return next(iter(self._line), None)

    def first_without_dial(self) -> Exchange | None:
        """Of the line, for which no connection is being made."""
        return next((exchange for exchange in self._line if not exchange.dialled), None)
