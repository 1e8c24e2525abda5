import pytest

from benchmarks.gateway.wrk import Load, LoadFailedError, parse

PRINTED = """Running 2s test @ http://127.0.0.1:4000/graphql
  1 threads and 50 connections
Requests/sec:    1234.50
{"requests":2469,"duration":2000000,"p50":40100,"p99":99000,"failed":1,"timeouts":2}
"""


def test_the_last_line_is_what_was_counted() -> None:
    found = parse(PRINTED)
    assert found == Load(requests=2469, duration=2_000_000, p50=40_100, p99=99_000, failed=1, timeouts=2)
    assert found.per_second == pytest.approx(1234.5)


def test_no_time_is_no_speed() -> None:
    assert Load(requests=0, duration=0, p50=0, p99=0).per_second == 0


@pytest.mark.parametrize("printed", ["", "unable to connect", PRINTED.partition("{")[0]])
def test_without_that_line_it_has_failed(printed: str) -> None:
    with pytest.raises(LoadFailedError):
        parse(printed)
