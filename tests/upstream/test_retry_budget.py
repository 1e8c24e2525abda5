"""The budget beside a model that remembers every call."""

from hypothesis import given, settings
from hypothesis import strategies as st

from router.upstream.retry_budget import EACH_SECOND, WINDOW_SECONDS, RetryBudget


class Model:
    """Keeps the second of every call and of every retry."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.calls: list[int] = []
        self.retries: list[int] = []

    def count(self, now: float) -> None:
        self.calls.append(int(now))

    def take(self, now: float) -> bool:
        second = int(now)
        retries = sum(at > second - WINDOW_SECONDS for at in self.retries)
        calls = sum(at > second - WINDOW_SECONDS for at in self.calls)
        allowed = self.retries.count(second) < EACH_SECOND or retries + 1 <= self.share * calls
        if allowed:
            self.retries.append(second)
        return allowed


# Eighths of a second are exact, so that both sides agree about which second it is.
STEPS = st.tuples(st.sampled_from(["calls", "retries"]), st.integers(0, 40), st.integers(1, 30))


@settings(deadline=None)
@given(st.lists(STEPS, max_size=40), st.sampled_from([0.0, 0.2, 0.5, 1.0]))
def test_allows_what_the_model_allows(steps: list[tuple[str, int, int]], share: float) -> None:
    budget, model = RetryBudget(share, 0.0), Model(share)
    now = 0.0
    for kind, eighths, times in steps:
        now += eighths / 8
        for _ in range(times):
            if kind == "calls":
                budget.count(now)
                model.count(now)
            else:
                assert budget.take(now) == model.take(now)


def test_an_outage_is_not_multiplied() -> None:
    budget = RetryBudget(0.2, 0.0)
    retries = 0
    for call in range(10_000):
        now = call / 1000
        budget.count(now)
        retries += budget.take(now)
    assert retries == 2_000


def test_few_calls_may_be_retried_all_the_same() -> None:
    budget = RetryBudget(0.0, 50.0)
    assert [budget.take(50.5) for _ in range(5)] == [True, True, True, False, False]
    assert budget.take(51.0)


def test_a_long_time_without_calls_is_forgotten() -> None:
    budget = RetryBudget(1.0, 0.0)
    for _ in range(100):
        budget.count(0.0)
    now = 1_000_000.0
    assert [budget.take(now) for _ in range(4)] == [True, True, True, False]
