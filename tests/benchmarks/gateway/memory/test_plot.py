from benchmarks.gateway.memory.plot import draw
from benchmarks.gateway.memory.trend import Sample
from tests.benchmarks.svg import SVG, parsed, texts


def test_lines_and_axes() -> None:
    samples = [
        Sample(float(second), 90_000_000, 60_000_000 + second * 100_000, second) for second in range(61)
    ]
    root = parsed(draw(samples, "Memory <here>", "a note"))
    written = texts(root)
    assert written[:2] == ["Memory <here>", "a note"]
    assert "+6.00 MB per minute" in written
    assert {"0 s", "60 s", "0", "80"} <= set(written)
    lines = {each.get("class"): each.get("d", "") for each in root.iter(f"{SVG}path")}
    assert lines["line s0"].count("L") == lines["line s4"].count("L") == 60
    assert lines["line s1 fit"].count("L") == 1


def test_a_run_of_seconds() -> None:
    samples = [Sample(number / 10, 1_000_000, 1_000_000, 0) for number in range(3)]
    assert "+0.00 MB per minute" in texts(parsed(draw(samples, "", "")))
