import pytest

from benchmarks.cache.shares import hit_ratio, over_time, summary, warm_from
from tests.benchmarks.cache.steps import RUN, step


def test_warm_is_after_the_last_new_entity() -> None:
    assert warm_from(RUN) == 2
    assert warm_from([step(1, 1)]) == 0


def test_a_summary_weighs_fields_and_not_requests() -> None:
    assert summary(RUN, "ours") == pytest.approx((24 / 40, 19 / 20, 9 / 10, 1 - 3 / 8))
    assert summary(RUN, "whole") == pytest.approx((10 / 40, 10 / 20, 0, 1 - 6 / 8))
    assert hit_ratio([step(1, 1), step(0, 3)], "ours") == pytest.approx(1 / 4)


def test_windows_follow_one_another_and_the_last_may_be_short() -> None:
    found = list(over_time(RUN, 3))
    assert [requests for requests, _ in found] == [3, 4]
    assert found[0][1] == pytest.approx({"ours": 14 / 30, "whole": 0})
    assert found[1][1] == pytest.approx({"ours": 1, "whole": 1})


def test_nothing_asked_is_nothing_found() -> None:
    assert hit_ratio([], "ours") == 0
