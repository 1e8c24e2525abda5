"""What is printed and drawn, of measurements that are none."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.cache.hits import publish as publish_hits
from benchmarks.cache.ratios import cache_ratios
from benchmarks.gateway.command import Publication, publish
from tests.benchmarks.cache.steps import RUN
from tests.benchmarks.gateway.samples import sample
from tests.benchmarks.gateway.test_rounds import FakeLineup
from tests.benchmarks.svg import SVG, parsed, texts


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=160)


def lines(console: Console) -> list[list[str]]:
    """As words."""
    assert isinstance(console.file, io.StringIO)
    return [line.split() for line in console.file.getvalue().splitlines()]


def test_speed_has_a_table_and_ratios_and_files(console: Console, tmp_path: Path) -> None:
    samples = [sample("softfactory-off", 1_000, 600), sample("softfactory-memory", 9_000, 60)]
    lineup = FakeLineup(["softfactory-off", "softfactory-memory"])
    publication = Publication("cache", "Speed", {"rounds": 1}, [tmp_path])
    publish(console, lineup, samples, cache_ratios(samples), publication)
    printed = lines(console)
    assert ["softfactory-memory", "9,000", "1.00", "9.00", "60", "54%*", "50"] in printed
    assert [
        "9.00",
        "requests/s",
        "full,",
        "50",
        "connections",
        "softfactory-memory",
        "/",
        "softfactory-off",
    ] in printed
    written = json.loads((tmp_path / "cache-own.json").read_bytes())
    assert written["settings"] == {"graph": "own", "rounds": 1}
    assert [each["value"] for each in written["ratios"]] == pytest.approx([9, 0.1])
    assert "9,000/s · 60 µs CPU" in texts(parsed((tmp_path / "cache-own.svg").read_text()))


def test_hits_have_a_line_for_each_cache_and_a_picture(console: Console, tmp_path: Path) -> None:
    publish_hits(console, RUN, "a graph", [tmp_path])
    printed = lines(console)
    assert ["ours", "60.0%", "95.0%", "90.0%", "62.5%"] in printed
    assert ["whole", "25.0%", "50.0%", "0.0%", "25.0%"] in printed
    assert ["2", "50.0%", "0.0%"] in printed
    root = parsed((tmp_path / "cache-hits.svg").read_text())
    assert {"ours", "whole", "0%", "100%", "4"} <= set(texts(root))
    drawn = [each.get("class") for each in root.iter(f"{SVG}path")]
    assert drawn[-2:] == ["line s0", "line s1"]
