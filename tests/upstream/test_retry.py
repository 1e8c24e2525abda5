"""How long retries pause, and when there are none, with a clock and a chance that the test holds."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from router.upstream.retry import LONGEST_PAUSE, Retry, RetryOptions, Surroundings
from router.upstream.subgraph import SubgraphError, SubgraphResponse
from tests.upstream.fake_transport import OK, UNAVAILABLE, refused

NOW = 1_700_000_000.0


@dataclass
class Subgraph:
    """Gives one outcome after the other, the last one for ever; keeps the pauses."""

    outcomes: list[SubgraphResponse | Exception]
    pauses: list[float] = field(default_factory=list)
    announced: int = 0
    budget: int = 1000

    def end(self) -> SubgraphResponse | Exception:
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]

    async def call(self) -> SubgraphResponse:
        outcome = self.end()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def pausing(self) -> None:
        self.announced += 1

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        assert self.announced == len(self.pauses)

    def take(self) -> bool:
        self.budget -= 1
        return self.budget >= 0

    def run(
        self,
        options: RetryOptions,
        *,
        random: Callable[[], float] = lambda: 1.0,
        remaining: float = 30.0,
    ) -> Awaitable[SubgraphResponse]:
        retry = Retry(options, self.take, Surroundings(random, self.sleep, lambda: NOW))
        return retry.run(self.end(), self.call, lambda: remaining, self.pausing)


def asking(value: str) -> SubgraphResponse:
    return SubgraphResponse(b"", 503, {"retry-after": value})


async def test_pauses_grow_up_to_a_limit() -> None:
    subgraph = Subgraph([refused()])
    with pytest.raises(SubgraphError) as raised:
        await subgraph.run(RetryOptions(attempts=6, backoff_seconds=0.5, max_backoff_seconds=3))
    assert raised.value.code == "SUBREQUEST_CONNECTION_FAILED"
    assert subgraph.pauses == [0.5, 1.0, 2.0, 3.0, 3.0]


async def test_pauses_are_a_random_part_of_that() -> None:
    chances = iter([0.5, 0.0, 0.25, 1.0])
    subgraph = Subgraph([refused()])
    with pytest.raises(SubgraphError):
        await subgraph.run(
            RetryOptions(attempts=4, backoff_seconds=1, max_backoff_seconds=9), random=lambda: next(chances)
        )
    assert subgraph.pauses == [0.5, 0.0, 1.0]


async def test_ends_with_the_first_answer() -> None:
    subgraph = Subgraph([refused(), UNAVAILABLE, OK])
    assert await subgraph.run(RetryOptions(attempts=9)) is OK
    assert len(subgraph.pauses) == 2


async def test_ends_with_the_first_failure_that_will_not_pass() -> None:
    subgraph = Subgraph([refused(), SubgraphError("SUBREQUEST_TIMEOUT", "total")])
    with pytest.raises(SubgraphError, match="total"):
        await subgraph.run(RetryOptions(attempts=9))
    assert len(subgraph.pauses) == 1


async def test_gives_the_last_answer_where_none_was_good() -> None:
    last = SubgraphResponse(b"last", 503, {})
    subgraph = Subgraph([UNAVAILABLE, last])
    assert await subgraph.run(RetryOptions(attempts=2)) is last


async def test_does_nothing_without_a_budget() -> None:
    subgraph = Subgraph([UNAVAILABLE, OK], budget=0)
    assert await subgraph.run(RetryOptions(attempts=2)) is UNAVAILABLE


async def test_a_pause_that_is_too_long_takes_nothing_from_the_budget() -> None:
    subgraph = Subgraph([UNAVAILABLE, OK])
    options = RetryOptions(attempts=2, backoff_seconds=1)
    assert await subgraph.run(options, remaining=1.0) is UNAVAILABLE
    assert (subgraph.pauses, subgraph.budget) == ([], 1000)


ASKED: list[tuple[str, float | None]] = [
    ("0", 0.5),
    ("7", 7.0),
    ("29", 29.0),
    ("30", None),
    ("9" * 5000, None),
    ("-7", 0.5),
    ("soon", 0.5),
    ("7.5", 0.5),
    ("٣", 0.5),
    ("Tue, 14 Nov 2023 22:13:27 GMT", 7.0),
    ("Tue, 14 Nov 2023 22:12:27 GMT", 0.5),
    ("Tue, 14 Nov 2033 22:12:27 GMT", None),
    ("Tue, 99 Nov 2023 22:13:27 GMT", 0.5),
    ("Tue, 14 Nov 99999 22:13:27 GMT", 0.5),
]


@pytest.mark.parametrize(("value", "pause"), ASKED)
async def test_waits_as_long_as_the_subgraph_asks(value: str, pause: float | None) -> None:
    subgraph = Subgraph([asking(value), OK])
    found = await subgraph.run(RetryOptions(attempts=2, backoff_seconds=0.5))
    assert subgraph.pauses == ([] if pause is None else [pause])
    assert found.status == (503 if pause is None else 200)


async def test_without_a_deadline_there_is_still_an_end() -> None:
    subgraph = Subgraph([asking(str(int(LONGEST_PAUSE))), OK])
    found = await subgraph.run(RetryOptions(attempts=2), remaining=float("inf"))
    assert found.status == 503
