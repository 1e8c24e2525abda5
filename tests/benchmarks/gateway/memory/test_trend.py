import pytest

from benchmarks.gateway.memory.trend import Sample, after_warm_up, to_csv, trend


def samples(*sizes: int) -> list[Sample]:
    """One every 30 seconds; RSS is 10 above PSS."""
    return [Sample(30.0 * number, size + 10, size, 100 * number) for number, size in enumerate(sizes)]


def test_a_steady_rise() -> None:
    found = trend(samples(*range(100, 900, 100)))
    assert found.start == 100
    assert found.warm == 300
    assert found.end == 600
    assert found.slope == pytest.approx(200)


def test_what_happens_while_it_warms_up_is_no_slope() -> None:
    assert trend(samples(0, 500, 1000, 1000, 1000, 1000, 1000, 1000)).slope == pytest.approx(0)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_have_no_trend(count: int) -> None:
    with pytest.raises(ValueError, match="three samples"):
        trend(samples(*range(count)))


def test_three_are_enough() -> None:
    assert len(after_warm_up(samples(1, 2, 3))) == 3
    assert trend(samples(1, 2, 3)).slope == pytest.approx(2)


def test_csv() -> None:
    assert to_csv(samples(5, 6)) == "seconds,rss_bytes,pss_bytes,requests\n0.0,15,5,0\n30.0,16,6,100\n"
