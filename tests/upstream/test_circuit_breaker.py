"""The breaker case by case, and beside a model that remembers every call."""

import logging
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.upstream.circuit_breaker import BreakerOptions, CircuitBreaker, CircuitState

OPTIONS = BreakerOptions(window=10, min_calls=4, failure_share=0.5, open_seconds=5.0, probes=2)


def call(breaker: CircuitBreaker, result: str, now: float = 0.0) -> int:
    """One call that ends at once. Gives its permit."""
    permit = breaker.admit(now)
    if permit and result == "failed":
        breaker.failed(permit, now)
    elif permit and result == "succeeded":
        breaker.succeeded(permit)
    elif permit:
        breaker.abandoned(permit)
    return permit


def opened(options: BreakerOptions = OPTIONS) -> CircuitBreaker:
    breaker = CircuitBreaker("s", options)
    for _ in range(options.min_calls):
        call(breaker, "failed")
    assert breaker.state is CircuitState.OPEN
    return breaker


def test_a_few_failures_are_not_enough() -> None:
    breaker = CircuitBreaker("s", OPTIONS)
    for _ in range(3):
        call(breaker, "failed")
    assert breaker.state is CircuitState.CLOSED


def test_opens_at_the_share() -> None:
    breaker = CircuitBreaker("s", OPTIONS)
    for result in ("succeeded",) * 4 + ("failed",) * 3:
        call(breaker, result)
    assert breaker.state is CircuitState.CLOSED
    call(breaker, "failed")
    assert breaker.state is CircuitState.OPEN


def test_old_calls_do_not_count() -> None:
    breaker = CircuitBreaker("s", OPTIONS)
    for result in (*("failed",) * 3, *("succeeded",) * 10, *("failed",) * 4):
        call(breaker, result)
    assert breaker.state is CircuitState.CLOSED


def test_a_minimum_above_the_window_is_the_window() -> None:
    breaker = CircuitBreaker("s", BreakerOptions(window=3, min_calls=20))
    for _ in range(3):
        call(breaker, "failed")
    assert breaker.state is CircuitState.OPEN


def test_calls_that_nobody_waited_for_say_nothing() -> None:
    breaker = CircuitBreaker("s", OPTIONS)
    for _ in range(100):
        call(breaker, "abandoned")
    for _ in range(3):
        call(breaker, "failed")
    assert breaker.state is CircuitState.CLOSED


def test_lets_nothing_through_while_it_is_open() -> None:
    breaker = opened()
    assert [breaker.admit(now) for now in (0.0, 4.9)] == [0, 0]


def test_lets_as_many_through_as_there_are_probes() -> None:
    breaker = opened()
    permits = [breaker.admit(5.0) for _ in range(4)]
    assert [bool(permit) for permit in permits] == [True, True, False, False]
    assert breaker.state is CircuitState.HALF_OPEN
    breaker.abandoned(permits[0])
    assert breaker.admit(5.0)
    assert not breaker.admit(5.0)


def test_closes_when_the_probes_succeed() -> None:
    breaker = opened()
    call(breaker, "succeeded", 5.0)
    assert breaker.state is CircuitState.HALF_OPEN
    call(breaker, "succeeded", 5.0)
    assert breaker.state is CircuitState.CLOSED
    # And knows nothing of what was before.
    for _ in range(3):
        call(breaker, "failed", 5.0)
    assert breaker.state is CircuitState.CLOSED


def test_opens_again_when_a_probe_fails() -> None:
    breaker = opened()
    call(breaker, "succeeded", 5.0)
    call(breaker, "failed", 6.0)
    assert breaker.state is CircuitState.OPEN
    assert not breaker.admit(10.9)
    assert breaker.admit(11.0)


def test_results_of_calls_from_before_do_not_count() -> None:
    breaker = CircuitBreaker("s", OPTIONS)
    old = breaker.admit(0.0)
    for _ in range(4):
        call(breaker, "failed")
    breaker.succeeded(old)
    breaker.failed(old, 1.0)
    assert not breaker.admit(4.0)
    probes = [breaker.admit(5.0), breaker.admit(5.0)]
    for report in (breaker.succeeded, breaker.abandoned):
        report(old)
    breaker.failed(old, 5.0)
    assert (breaker.state, breaker.admit(5.0)) == (CircuitState.HALF_OPEN, 0)
    breaker.failed(probes[0], 5.0)
    breaker.succeeded(probes[1])
    assert breaker.state is CircuitState.OPEN


def test_one_that_is_switched_off_never_opens() -> None:
    breaker = CircuitBreaker("s", BreakerOptions(enabled=False, min_calls=1))
    for _ in range(1000):
        assert call(breaker, "failed")


def test_says_every_change_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    breaker = opened()
    for _ in range(3):
        breaker.admit(1.0)
    call(breaker, "failed", 5.0)
    for _ in range(2):
        call(breaker, "succeeded", 10.0)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "subgraph 's': circuit open for 5 s, because 4 of its last 4 calls failed"),
        ("INFO", "subgraph 's': circuit half-open, trying again"),
        ("WARNING", "subgraph 's': circuit open for 5 s, because it failed again"),
        ("INFO", "subgraph 's': circuit half-open, trying again"),
        ("INFO", "subgraph 's': circuit closed"),
    ]


class Model:
    """The same rules over a list of results; calls begin and end one at a time or several at once."""

    def __init__(self, options: BreakerOptions) -> None:
        self.options = options
        self.state = CircuitState.CLOSED
        self.phase = 0
        self.results: deque[bool] = deque(maxlen=options.window)
        self.until = 0.0
        self.probing = 0
        self.successes = 0

    def enter(self, state: CircuitState) -> None:
        self.state, self.phase = state, self.phase + 1
        self.results.clear()
        self.probing = self.successes = 0

    def admit(self, now: float) -> int | None:
        if self.state is CircuitState.OPEN and now >= self.until:
            self.enter(CircuitState.HALF_OPEN)
        if self.state is CircuitState.OPEN:
            return None
        if self.state is CircuitState.HALF_OPEN:
            if self.probing == self.options.probes:
                return None
            self.probing += 1
        return self.phase

    def end(self, phase: int, result: str, now: float) -> None:
        if phase != self.phase:
            return
        if self.state is CircuitState.HALF_OPEN:
            self.probing -= 1
            self.successes += result == "succeeded"
            if result == "failed":
                self.open(now)
            elif self.successes >= self.options.probes:
                self.enter(CircuitState.CLOSED)
        elif result != "abandoned":
            self.results.append(result == "failed")
            enough = len(self.results) >= min(self.options.min_calls, self.options.window)
            share = self.options.failure_share * len(self.results)
            if result == "failed" and enough and sum(self.results) >= share:
                self.open(now)

    def open(self, now: float) -> None:
        self.enter(CircuitState.OPEN)
        self.until = now + self.options.open_seconds


STEP = st.one_of(
    st.tuples(st.just("begin"), st.integers(1, 3)),
    st.tuples(st.sampled_from(["succeeded", "failed", "failed", "abandoned"]), st.integers(0, 5)),
    st.tuples(st.just("wait"), st.integers(1, 4)),
)
ALL_OPTIONS = st.builds(
    BreakerOptions,
    window=st.integers(1, 6),
    min_calls=st.integers(1, 8),
    failure_share=st.sampled_from([0.1, 0.5, 1.0]),
    open_seconds=st.sampled_from([1.0, 5.0]),
    probes=st.integers(1, 3),
)


@settings(deadline=None)
@given(ALL_OPTIONS, st.lists(STEP, max_size=60))
def test_does_what_the_model_does(options: BreakerOptions, steps: list[tuple[str, int]]) -> None:
    breaker, model = CircuitBreaker("s", options), Model(options)
    running: list[tuple[int, int]] = []
    now = 0.0
    for kind, number in steps:
        if kind == "wait":
            now += number
        elif kind == "begin":
            for _ in range(number):
                permit, phase = breaker.permit or breaker.admit(now), model.admit(now)
                assert (permit == 0) == (phase is None)
                if phase is not None:
                    running.append((permit, phase))
        elif running:
            permit, phase = running.pop(number % len(running))
            if kind == "failed":
                breaker.failed(permit, now)
            elif kind == "succeeded":
                breaker.succeeded(permit)
            else:
                breaker.abandoned(permit)
            model.end(phase, kind, now)
        assert breaker.state is model.state
