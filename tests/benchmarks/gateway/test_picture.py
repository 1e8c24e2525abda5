from benchmarks.gateway.picture import draw
from benchmarks.gateway.results import figures
from tests.benchmarks.gateway.samples import sample
from tests.benchmarks.svg import SVG, parsed, texts


def test_a_bar_for_each_contender_as_long_as_it_is_fast() -> None:
    samples = [
        sample("apollo-off", 50, 19_800), sample("hive-rust-all", 200, 4_000), sample("softfactory-off", 100, 900),
        sample("softfactory-off", 3_000, 90, connections=1),
    ]  # fmt: skip
    root = parsed(draw(figures(samples), "Speed <of> & others", {"date": "today", "processor": "x"}))
    bars = [each for each in root.iter(f"{SVG}rect") if each.get("class") != "page"]
    assert [round(float(each.get("width", ""))) for each in bars] == [430, 215, 108]
    written = texts(root)
    assert written[:2] == ["Speed <of> & others", "today, x"]
    assert "full, 50 connections" in written
    assert "full, 1 connection" not in written
    assert "100/s · 900 µs CPU" in written
    assert "50/s · 19.8 ms CPU" in written


def test_no_answer_has_a_word_for_it() -> None:
    samples = [sample("hive-off", 0, 100), sample("apollo-off", 0, 100)]
    assert texts(parsed(draw(figures(samples), "", {}))).count("none came to its end") == 2


def test_nothing_measured_is_a_picture_too() -> None:
    assert texts(parsed(draw([], "Nothing", {}))) == ["Nothing", ""]
