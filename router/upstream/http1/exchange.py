"""One request on its way, and who waits for its answer."""

import asyncio

import msgspec

from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse


class Exchange(msgspec.Struct, eq=False):
    """`deadline` is of the loop's clock. `repeated`: sent once before. `dialled`: a connection is being made for it."""

    request: SubgraphRequest
    future: asyncio.Future[SubgraphResponse]
    deadline: float
    repeated: bool = False
    dialled: bool = False

    def fail(self, error: SubgraphError) -> None:
        """Whoever cancelled the future is not told."""
        if not self.future.done():
            self.future.set_exception(error)
