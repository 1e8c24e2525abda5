"""What is printed and written, of a run that was none."""

import io
import json
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.mix.counting import Count
from benchmarks.mix.load import Outcome, Played
from benchmarks.mix.publishing import Measured, Settings, over_time, publish
from benchmarks.mix.scale import Scale
from router.federation.supergraph import Supergraph
from tests.benchmarks.svg import parsed, texts

SUPERGRAPH = Supergraph.parse((Path(__file__).parents[3] / "schema" / "supergraph.graphql").read_text())
WINDOWS = (
    {("Query", "chefs"): Count(1, 1, 8)},
    {
        ("Query", "chefs"): Count(6, 2, 2),
        ("Chef", "bio"): Count(78, 0, 2),
        ("Booking", "id"): Count(passed=25),
    },
)


def measured(*codes: str, failures: int = 0) -> Measured:
    """100 requests in 5 seconds, the first of them with these errors."""
    told = [*codes, *[""] * (100 - len(codes))]
    played = tuple(Played("create-booking", number / 1000, code) for number, code in enumerate(told, 1))
    return Measured(WINDOWS, Outcome(played, 5.0), Counter(coocook=150), failures, SUPERGRAPH)


def printed(found: Measured, scale: Scale, folder: Path) -> str:
    console = Console(file=io.StringIO(), width=160)
    publish(console, found, WINDOWS, scale, Settings("redis", 5, 1, 6), [folder])
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_a_table_has_resources_beside_their_targets(tmp_path: Path) -> None:
    lines = words(printed(measured(), Scale(20, 20), tmp_path))
    assert ["chefs", "300", "100", "88", "3", "88.0%", "85%", "met"] in lines
    assert [
        "of",
        "these,",
        "lists",
        "of",
        "chefs",
        "300",
        "20",
        "10",
        "3",
        "50.0%",
        "85%",
        "not",
        "met",
    ] in lines
    assert ["overall", "300", "100", "88", "3", "88.0%", "90%", "not", "met"] in lines


def test_what_a_rule_refuses_is_named_and_no_failure(tmp_path: Path) -> None:
    found = measured("CHEF_IS_BOOKED", "CHEF_IS_BOOKED")
    lines = words(printed(found, Scale(20, 20), tmp_path))
    assert ["all", "100", "20.0", "50.5", "95.0", "99.0", "CHEF_IS_BOOKED", "2", "(2.0%)"] in lines
    assert not found.has_failed


@pytest.mark.parametrize("code", ["INTERNAL_SERVER_ERROR", "503", "CHEF_INACTIVE"])
def test_any_other_error_is_a_failure(code: str, tmp_path: Path) -> None:
    found = measured(code)
    assert found.has_failed
    assert f"{code} 1 (1.0%)" in printed(found, Scale(20, 20), tmp_path)


def test_it_says_how_large_the_model_is_how_fast_time_passes_and_what_is_not_counted(tmp_path: Path) -> None:
    text = printed(measured(), Scale(20, 20), tmp_path)
    assert (
        "A model of 1/500: 1.00 of 500 requests/s, 10 of 5,000 concurrent users, 100 of 50,000 accounts."
        in text
    )
    assert "all times to live are divided by 20: 5 seconds stand for 2 minutes" in text
    assert "The first 6 of them are not in the table." in text
    assert "1.50 calls to services for each request: coocook 150." in text
    assert "Of 125 fields of entities, 20.0% may not be kept and are not in the table: Booking.id 25." in text
    assert "did not keep up" not in text


def test_it_says_where_the_machine_was_too_slow_for_the_model(tmp_path: Path) -> None:
    assert "did not keep up: 20 requests/s in place of 40" in printed(measured(), Scale(20, 40), tmp_path)


def test_files_have_all_of_it(tmp_path: Path) -> None:
    printed(measured("503"), Scale(20, 20), tmp_path)
    written = json.loads((tmp_path / "mix-redis.json").read_bytes())
    assert written["settings"]["part"] == pytest.approx(1 / 500)
    assert written["hits"][0]["resource"] == "chefs"
    assert written["hits"][0]["ratio"] == 0.88
    assert written["fields"]["Query.chefs"] == {"hits": 7, "stale": 3, "misses": 10, "passed": 0}
    assert written["requests"][-1]["errors"] == {"503": 1}
    assert written["run"]["calls"] == {"coocook": 150}
    assert {"lists of chefs", "overall", "4"} <= set(texts(parsed((tmp_path / "mix-redis.svg").read_text())))


def test_ratios_over_time_are_by_window() -> None:
    assert [
        (minute, ratios["lists of chefs"], ratios["overall"]) for minute, ratios in over_time(WINDOWS)
    ] == [
        (2, 0.2, 0.2),
        (4, 0.8, pytest.approx(86 / 90)),
    ]
