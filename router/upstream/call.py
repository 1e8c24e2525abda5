"""Calls that tell of their end by a function, without a task or a future of their own, which cost more than the call."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeAlias, runtime_checkable

from router.upstream.subgraph import SubgraphRequest, SubgraphResponse, SubgraphTransport

Outcome: TypeAlias = SubgraphResponse | BaseException
Ended: TypeAlias = Callable[[Outcome], None]
"""Is told once, at the earliest while the call begins, and must not raise."""


class Call(Protocol):
    """One that is under way."""

    def done(self) -> bool:
        """Whether it has ended."""

    def cancel(self) -> object:
        """Nobody waits any more. Whether its end is still told is open."""


Begin: TypeAlias = Callable[[SubgraphRequest, Ended], Call]


@runtime_checkable
class CallingTransport(Protocol):
    """A transport that goes on by callbacks."""

    def call(self, request: SubgraphRequest, ended: Ended) -> Call:
        """The outcome is a SubgraphError if it is no answer."""


def calls_of(transport: SubgraphTransport | CallingTransport, loop: asyncio.AbstractEventLoop) -> Begin:
    """How to call any transport; those that only fetch do it in a task."""
    if isinstance(transport, CallingTransport):
        return transport.call

    def call(request: SubgraphRequest, ended: Ended) -> Call:
        task = loop.create_task(transport.fetch(request))
        task.add_done_callback(partial(_tell, ended))
        return task

    return call


def start(
    begin: Begin, request: SubgraphRequest, loop: asyncio.AbstractEventLoop
) -> asyncio.Future[SubgraphResponse]:
    """The call as a future. Cancelling it cancels the call."""
    future: asyncio.Future[SubgraphResponse] = loop.create_future()
    call = begin(request, partial(settle, future))
    if not future.done():
        future.add_done_callback(partial(_follow, call))
    return future


def settle(future: asyncio.Future[SubgraphResponse], outcome: Outcome) -> None:
    """Gives it the outcome, unless it was cancelled."""
    if future.done():
        return
    if isinstance(outcome, SubgraphResponse):
        future.set_result(outcome)
    elif isinstance(outcome, asyncio.CancelledError):
        future.cancel()
    else:
        future.set_exception(outcome)


def outcome_of(call: asyncio.Future[SubgraphResponse]) -> Outcome:
    """Of a call that has ended. Looking at its exception also says that somebody knows of it."""
    if call.cancelled():
        return asyncio.CancelledError()
    return call.exception() or call.result()


def _follow(call: Call, future: asyncio.Future[SubgraphResponse]) -> None:
    if future.cancelled():
        call.cancel()


def _tell(ended: Ended, task: asyncio.Future[SubgraphResponse]) -> None:
    ended(outcome_of(task))
