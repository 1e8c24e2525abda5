import json

import pytest

from benchmarks.gateway.results import Ratio, Sample, figures, foreign_load, ratios, report, words
from tests.benchmarks.gateway.samples import sample


def found(samples: list[Sample], what: str, sides: str) -> Ratio:
    [one] = [each for each in ratios(samples) if (each.what, each.sides) == (what, sides)]
    return one


def test_figures_are_medians_over_the_rounds() -> None:
    rounds = [(100, 10.0), (300, 20.0), (200, 90.0)]
    samples = [sample("a-off", speed, cpu, round_=number) for number, (speed, cpu) in enumerate(rounds)]
    [one] = figures([*samples, sample("a-off", 7, 7, query="other")])[:1]
    assert one.per_second == pytest.approx(200)
    assert one.cpu == pytest.approx(20)
    assert one.busy == pytest.approx(0.006)
    assert (one.p50, one.p99, one.memory, one.failed) == (1_000, 9_000, 50_000_000, 0)


def test_ratios_pair_what_was_measured_in_the_same_round() -> None:
    samples = []
    # The machine gets faster from round to round; the ratio of each round is 2, that of the medians is 3.
    for number, speed in enumerate((100, 200, 400)):
        samples.append(sample("softfactory-off", 2 * speed, 10, round_=number))
        if number != 1:
            samples.append(sample("apollo-off", speed, 20, round_=number))
    assert found(samples, "requests/s", "softfactory-off / apollo-off").value == pytest.approx(2)


def test_the_yardstick_is_compared_by_processor_time_and_like_with_like() -> None:
    samples = [
        sample("softfactory-off", 100, 300), sample("softfactory-subgraphs", 100, 90),
        sample("yardstick-off", 100, 200), sample("yardstick-subgraphs", 100, 60),
    ]  # fmt: skip
    assert found(samples, "CPU of a request", "softfactory-off / yardstick-off").value == pytest.approx(1.5)
    assert found(
        samples, "CPU of a request", "softfactory-subgraphs / yardstick-subgraphs"
    ).value == pytest.approx(1.5)


def test_our_slowest_beside_their_typical_answer() -> None:
    samples = [sample("softfactory-off", 100, 1), sample("hive-rust-off", 100, 1)]
    assert found(samples, "our p99 over their p50", "softfactory-off / hive-rust-off").value == pytest.approx(
        9
    )


def test_single_flight_is_compared_with_single_flight() -> None:
    samples = [
        sample("softfactory-all", 900, 1),
        sample("hive-rust-all", 300, 1),
        sample("hive-rust-off", 100, 1),
    ]
    sides = {each.sides: each.value for each in ratios(samples)}
    assert sides == {"softfactory-all / hive-rust-all": pytest.approx(3)}


def test_one_fetch_alone() -> None:
    samples = [sample("softfactory-off", 100, 123, query="one-fetch", connections=count) for count in (50, 1)]
    alone = [each for each in ratios(samples) if each.unit]
    assert [each.cell for each in alone] == ["one-fetch, 50 connections", "one-fetch, 1 connection"]
    assert [each.value for each in alone] == pytest.approx([123, 123])


def test_nothing_measured_is_no_ratio() -> None:
    assert ratios([]) == []
    assert foreign_load([]) == 0
    without_answers = [sample("softfactory-off", 10, 1), sample("apollo-off", 0, 1)]
    assert [each.what for each in ratios(without_answers)] == ["our p99 over their p50"]


def test_the_report_is_json_with_everything_in_it() -> None:
    samples = [sample("softfactory-off", 100, 300), sample("yardstick-off", 100, 200)]
    written = json.loads(
        report({"date": "today"}, {"rounds": 1}, {"softfactory-off": "to the byte"}, samples, ratios(samples))
    )
    assert written["machine"] == {"date": "today"}
    assert written["samples"][0]["load"]["requests"] == 100
    assert written["figures"][1]["contender"] == "yardstick-off"
    assert written["ratios"][0]["value"] == pytest.approx(1.5)


def test_words() -> None:
    assert words(sample("a", 1, 1, connections=1).cell) == "full, 1 connection"
