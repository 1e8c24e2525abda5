"""Calls a subgraph again after a failure that may pass: with growing pauses, within a deadline and a budget."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from math import ldexp
from typing import Final

from tenacity import AsyncRetrying, Future, RetryCallState

from router.upstream.call import Outcome
from router.upstream.outcome import may_retry
from router.upstream.subgraph import SubgraphResponse

LONGEST_PAUSE: Final = 60.0
"""Seconds, for a request without a deadline."""


@dataclass(frozen=True, slots=True)
class RetryOptions:
    """`attempts` counts the first call, too. `budget` is the share of a subgraph's calls that may be retries."""

    attempts: int = 2
    backoff_seconds: float = 0.05
    """The first pause is a random part of it, each further one of twice as much."""
    max_backoff_seconds: float = 1.0
    budget: float = 0.2


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a retry needs of the world. `wall` is the time since 1970 in seconds."""

    random: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    wall: Callable[[], float] = time.time


class Retry:
    """The retries of one subgraph."""

    def __init__(self, options: RetryOptions, take: Callable[[], bool], surroundings: Surroundings) -> None:
        """`take` takes a retry from the budget, if there is one."""
        self._options = options
        self._take = take
        self._surroundings = surroundings

    async def run(
        self,
        failed: Outcome,
        again: Callable[[], Awaitable[SubgraphResponse]],
        remaining: Callable[[], float],
        pausing: Callable[[], None],
    ) -> SubgraphResponse:
        """Begins with a call that has failed already. Gives or raises what the last call did.

        `remaining` are the seconds until nobody waits any more; `pausing` is told of each pause before a call.
        """
        calls = _calls(failed, again)

        async def attempt() -> SubgraphResponse:
            return await next(calls)

        retrying = AsyncRetrying(
            sleep=self._surroundings.sleep,
            stop=partial(self._stop, remaining),
            wait=self._pause,
            retry=_is_worth_it,
            before_sleep=lambda _state: pausing(),
            retry_error_callback=_last,
        )
        return await retrying(attempt)

    def _stop(self, remaining: Callable[[], float], state: RetryCallState) -> bool:
        """The budget comes last, because asking it takes from it."""
        return (
            state.attempt_number >= self._options.attempts
            or state.upcoming_sleep >= min(remaining(), LONGEST_PAUSE)
            or not self._take()
        )

    def _pause(self, state: RetryCallState) -> float:
        options = self._options
        most = min(ldexp(options.backoff_seconds, state.attempt_number - 1), options.max_backoff_seconds)
        return max(most * self._surroundings.random(), self._asked(_outcome(state)))

    def _asked(self, outcome: Outcome) -> float:
        """Seconds by Retry-After: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after"""
        value = outcome.headers.get("retry-after", "") if isinstance(outcome, SubgraphResponse) else ""
        if value.isascii() and value.isdecimal():
            return float(value)
        try:
            return parsedate_to_datetime(value).timestamp() - self._surroundings.wall()
        except (ValueError, OverflowError):
            return 0.0


def _calls(
    failed: Outcome, again: Callable[[], Awaitable[SubgraphResponse]]
) -> Iterator[Awaitable[SubgraphResponse]]:
    yield _ended_in(failed)
    while True:
        yield again()


async def _ended_in(outcome: Outcome) -> SubgraphResponse:
    if isinstance(outcome, SubgraphResponse):
        return outcome
    raise outcome


def _ended(state: RetryCallState) -> Future:
    assert state.outcome is not None  # noqa: S101 - it is asked after each attempt
    return state.outcome


def _outcome(state: RetryCallState) -> Outcome:
    ended = _ended(state)
    return ended.exception() or ended.result()


def _is_worth_it(state: RetryCallState) -> bool:
    return may_retry(_outcome(state))


def _last(state: RetryCallState) -> SubgraphResponse:
    response: SubgraphResponse = _ended(state).result()
    return response
