"""What stands around every transport: single flight, deadlines, retries and a circuit breaker, almost free on success."""

import asyncio
import math
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from router.upstream.call import Call, CallingTransport, Ended, Outcome, calls_of, outcome_of, settle
from router.upstream.circuit_breaker import BreakerOptions, CircuitBreaker, CircuitState
from router.upstream.client_headers import ClientHeaders
from router.upstream.codes import CIRCUIT_OPEN, CONNECTION_FAILED, TIMEOUT
from router.upstream.deadline_watch import DeadlineWatch
from router.upstream.flight import Flight
from router.upstream.outcome import SERVER_ERROR, is_failure, may_retry
from router.upstream.retry import Retry, RetryOptions, Surroundings
from router.upstream.retry_budget import RetryBudget
from router.upstream.subgraph import (
    SubgraphError,
    SubgraphRequest,
    SubgraphResponse,
    SubgraphTransport,
)


@dataclass(frozen=True, slots=True)
class GuardOptions:
    """Of one subgraph."""

    single_flight: bool = True
    retry: RetryOptions = field(default_factory=RetryOptions)
    breaker: BreakerOptions = field(default_factory=BreakerOptions)
    patience: float = math.inf
    """Seconds after which a call counts as failed if a deadline ends it; before, it says nothing about the subgraph."""


class GuardStatistics(NamedTuple):
    """Since the start, but `in_progress` and `circuit`, which are now. `joined` found their call under way."""

    in_progress: int
    joined: int
    retried: int
    circuit: CircuitState


class GuardedTransport:
    """One subgraph. Belongs to the event loop that it is made in, whose clock all deadlines are of."""

    def __init__(
        self,
        subgraph: str,
        inner: SubgraphTransport | CallingTransport,
        options: GuardOptions,
        headers: ClientHeaders,
        surroundings: Surroundings | None = None,
    ) -> None:
        """`headers` may be shared by all subgraphs of a router."""
        self._loop = asyncio.get_running_loop()
        self._begin = calls_of(inner, self._loop)
        self._options = options
        self._headers = headers
        self._tells = headers.deadline_header is not None
        self._breaker = CircuitBreaker(subgraph, options.breaker)
        self._budget = RetryBudget(options.retry.budget, self._loop.time())
        self._retry = Retry(options.retry, self._take_retry, surroundings or Surroundings())
        self._flights: dict[object, Flight] = {}
        self._watch = DeadlineWatch(self._loop, self._expire)
        self._writes = 0
        """Mutations that have ended. Nobody joins a query from before the last of them, which may not have seen it."""
        self._joined = self._retried = 0

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises SubgraphError."""
        return await self.start(request)

    def start(self, request: SubgraphRequest) -> asyncio.Future[SubgraphResponse]:
        """As `StartingTransport` has it. Equal queries share a call, and with it whatever it ends in."""
        now = self._loop.time()
        deadline = math.inf
        if request.deadline is not None:
            deadline = request.deadline
            if deadline <= now:
                return self._refused(SubgraphError(TIMEOUT, "the deadline of its request has passed"))
            if deadline < self._watch.next_look:
                self._watch.look_at(deadline)
        if request.mutation or not self._options.single_flight:
            return self._launch(None, request, deadline, now)
        key = (request.body, self._headers.identity(request.headers), self._writes, request.since)
        flight = self._flights.get(key)
        if flight is None:
            return self._launch(key, request, deadline, now)
        if not flight.takes(deadline, now):
            del self._flights[key]
            flight.key = object()
            self._flights[flight.key] = flight
            return self._launch(key, request, deadline, now)
        self._joined += 1
        waiter = self._loop.create_future()
        flight.join(waiter, deadline)
        return waiter

    def statistics(self) -> GuardStatistics:
        """For metrics and tests."""
        return GuardStatistics(len(self._flights), self._joined, self._retried, self._breaker.state)

    def _launch(
        self, key: object, request: SubgraphRequest, deadline: float, now: float
    ) -> asyncio.Future[SubgraphResponse]:
        permit = self._breaker.permit or self._breaker.admit(now)
        if not permit:
            return self._refused(_circuit_open())
        self._budget.count(now)
        waiter: asyncio.Future[SubgraphResponse] = self._loop.create_future()
        told = deadline if self._tells else math.inf
        flight = Flight(key or waiter, request, {waiter: deadline}, self._give_up, permit, now, told)
        self._flights[flight.key] = flight
        waiter.add_done_callback(flight.leave)
        landed = partial(self._landed, flight)
        try:
            call = self._call(request, deadline, now, landed)
        except Exception as error:
            # Otherwise a permit would be lost.
            landed(error)
        else:
            if flight.call is None:
                flight.call = flight.newest = call
        return waiter

    def _call(self, request: SubgraphRequest, deadline: float, now: float, ended: Ended) -> Call:
        """The transport gets no deadline: the call is for all who wait, and each is told from here."""
        if deadline < math.inf:
            headers = self._headers.telling(request.headers, int((deadline - now) * 1000))
            request = SubgraphRequest(request.body, headers, request.mutation)
        return self._begin(request, ended)

    def _landed(self, flight: Flight, outcome: Outcome) -> None:
        """The first call has ended, perhaps before it is known."""
        if flight.request.mutation:
            self._writes += 1
        if not flight.waiters:
            return
        if isinstance(outcome, SubgraphResponse) and outcome.status < SERVER_ERROR:
            self._breaker.succeeded(flight.permit)
            del self._flights[flight.key]
            flight.answer(outcome)
            return
        self._record(flight, outcome)
        if not self._may_retry(flight, outcome):
            self._end(flight, outcome)
            return
        retries = self._retry.run(
            outcome, partial(self._again, flight), partial(self._remaining, flight), partial(_pause, flight)
        )
        task = self._loop.create_task(retries)
        flight.call = flight.newest = task
        task.add_done_callback(partial(self._settled, flight))

    def _may_retry(self, flight: Flight, outcome: Outcome) -> bool:
        """Not where the circuit has opened: what went wrong says more to the client than that."""
        return (
            not flight.request.mutation
            and self._options.retry.attempts > 1
            and self._breaker.permit != 0
            and may_retry(outcome)
        )

    async def _again(self, flight: Flight) -> SubgraphResponse:
        """One more call, for all who wait by now."""
        now = self._loop.time()
        permit = self._breaker.permit or self._breaker.admit(now)
        if not permit:
            raise _circuit_open()
        self._retried += 1
        flight.permit, flight.since = permit, now
        deadline = flight.deadline
        flight.told = deadline if self._tells else math.inf
        answer: asyncio.Future[SubgraphResponse] = self._loop.create_future()

        def ended(outcome: Outcome) -> None:
            self._record(flight, outcome)
            settle(answer, outcome)

        call = self._call(flight.request, deadline, now, ended)
        flight.newest = call
        try:
            return await answer
        finally:
            if not call.done():
                call.cancel()

    def _settled(self, flight: Flight, retries: asyncio.Future[SubgraphResponse]) -> None:
        """There are no more calls."""
        outcome = outcome_of(retries)
        if flight.waiters:
            self._end(flight, outcome)

    def _end(self, flight: Flight, outcome: Outcome) -> None:
        del self._flights[flight.key]
        if isinstance(outcome, SubgraphResponse):
            flight.answer(outcome)
        elif isinstance(outcome, asyncio.CancelledError):
            # By the transport, which closes: those who wait have not been cancelled.
            flight.fail(SubgraphError(CONNECTION_FAILED, "the call was cancelled"))
        else:
            flight.fail(outcome)

    def _give_up(self, flight: Flight) -> None:
        """Nobody waits any more."""
        del self._flights[flight.key]
        if flight.request.mutation:
            self._writes += 1
        now = self._loop.time()
        permit, flight.permit = flight.permit, 0
        if permit and now - flight.since >= self._options.patience:
            self._breaker.failed(permit, now)
        elif permit:
            self._breaker.abandoned(permit)
        if flight.call is not None:
            flight.call.cancel()

    def _record(self, flight: Flight, outcome: Outcome) -> None:
        """What the end of a call says about the subgraph."""
        permit, flight.permit = flight.permit, 0
        if not permit:
            return
        if is_failure(outcome):
            self._breaker.failed(permit, self._loop.time())
        elif isinstance(outcome, SubgraphResponse | SubgraphError):
            self._breaker.succeeded(permit)
        else:
            self._breaker.abandoned(permit)

    def _take_retry(self) -> bool:
        return self._budget.take(self._loop.time())

    def _remaining(self, flight: Flight) -> float:
        return flight.deadline - self._loop.time()

    def _expire(self, now: float) -> float:
        return min((flight.expire(now) for flight in list(self._flights.values())), default=math.inf)

    def _refused(self, error: Exception) -> asyncio.Future[SubgraphResponse]:
        future: asyncio.Future[SubgraphResponse] = self._loop.create_future()
        future.set_exception(error)
        return future


def _pause(flight: Flight) -> None:
    """There will be another call, so whoever comes now can still join."""
    flight.newest = flight.call


def _circuit_open() -> SubgraphError:
    return SubgraphError(CIRCUIT_OPEN, "the circuit is open")
