"""One request on its way, and who is told of its end."""

from typing import Protocol

import msgspec

from router.upstream.call import Ended, Outcome
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse


class Holder(Protocol):
    """The connection or the line that an exchange is in."""

    def left(self, exchange: "Exchange") -> None:
        """Nobody waits for it any more."""


class Exchange(msgspec.Struct, eq=False):
    """`deadline` is of the loop's clock. `repeated`: sent once before. `dialled`: a connection is being made for it.

    `ended` is told once, of the answer or of a SubgraphError, and not at all where the exchange was cancelled.
    """

    request: SubgraphRequest
    ended: Ended
    deadline: float
    repeated: bool = False
    dialled: bool = False
    over: bool = False
    holder: Holder | None = None

    def done(self) -> bool:
        """Whether it has ended, or was cancelled."""
        return self.over

    def end(self, outcome: SubgraphResponse | SubgraphError) -> None:
        """Whoever cancelled it is not told."""
        if not self.over:
            ended = self._release()
            ended(outcome)

    def cancel(self) -> None:
        """Nobody waits any more."""
        if not self.over:
            holder = self.holder
            self._release()
            if holder is not None:
                holder.left(self)

    def _release(self) -> Ended:
        """Whoever is told may hold this, and would not be freed with it before the next garbage collection."""
        ended, self.ended = self.ended, _nobody
        self.holder = None
        self.over = True
        return ended


def _nobody(_outcome: Outcome) -> None:
    """Is told of what is over."""
