import pytest

from benchmarks.cache.ratios import cache_ratios
from tests.benchmarks.gateway.samples import sample


def test_with_a_cache_beside_without_and_ours_beside_others() -> None:
    samples = [
        sample("softfactory-off", 1_000, 600),
        sample("softfactory-memory", 9_000, 60),
        sample("hive-off", 100, 9_000),
        sample("hive-cache", 3_000, 300),
    ]
    found = {(each.what, each.sides): each.value for each in cache_ratios(samples)}
    assert found == {
        ("requests/s", "softfactory-memory / softfactory-off"): pytest.approx(9),
        ("requests/s", "hive-cache / hive-off"): pytest.approx(30),
        ("CPU of a request", "softfactory-memory / softfactory-off"): pytest.approx(0.1),
        ("CPU of a request", "hive-cache / hive-off"): pytest.approx(1 / 30),
        ("requests/s", "softfactory-off / hive-off"): pytest.approx(10),
        ("requests/s", "softfactory-memory / hive-off"): pytest.approx(90),
        ("requests/s", "softfactory-memory / hive-cache"): pytest.approx(3),
    }
