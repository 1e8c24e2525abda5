"""A transport whose calls end when the test says so, and how."""

import asyncio
from dataclasses import dataclass, field

from router.upstream.call import Ended, outcome_of
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse

JSON = {"content-type": "application/json"}
OK = SubgraphResponse(b'{"data":{"a":1}}', 200, JSON)
UNAVAILABLE = SubgraphResponse(b"busy", 503, {})


@dataclass(frozen=True)
class Call:
    """One request that has arrived at the transport."""

    request: SubgraphRequest
    future: asyncio.Future[SubgraphResponse]
    begun: int
    """The transport's moment when it arrived."""

    def end(self, outcome: SubgraphResponse | Exception = OK) -> None:
        if isinstance(outcome, SubgraphResponse):
            self.future.set_result(outcome)
        else:
            self.future.set_exception(outcome)


@dataclass
class FakeTransport:
    """Needs no tasks. `moment` is whatever the test counts."""

    calls: list[Call] = field(default_factory=list)
    moment: int = 0

    def call(self, request: SubgraphRequest, ended: Ended) -> "asyncio.Future[SubgraphResponse]":
        future = self._start(request)
        future.add_done_callback(lambda call: ended(outcome_of(call)))
        return future

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        return await self._start(request)

    def _start(self, request: SubgraphRequest) -> asyncio.Future[SubgraphResponse]:
        call = Call(request, asyncio.get_running_loop().create_future(), self.moment)
        self.calls.append(call)
        return call.future

    @property
    def running(self) -> list[Call]:
        return [call for call in self.calls if not call.future.done()]


def query(text: str = "{a}", deadline: float | None = None, **headers: str) -> SubgraphRequest:
    """Names of headers with an underscore in place of each hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return SubgraphRequest(text.encode(), named, deadline=deadline)


def mutation(text: str = "mutation{a}", deadline: float | None = None) -> SubgraphRequest:
    return SubgraphRequest(text.encode(), mutation=True, deadline=deadline)


def refused() -> SubgraphError:
    """Nobody listens."""
    return SubgraphError("SUBREQUEST_CONNECTION_FAILED", "refused", connecting=True)


def code_of(future: asyncio.Future[SubgraphResponse]) -> str | None:
    """The code that a waiter got; None if it got an answer."""
    error = future.exception()
    if error is None:
        return None
    assert isinstance(error, SubgraphError)
    return error.code
