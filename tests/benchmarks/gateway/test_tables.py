import io

from rich.console import Console, RenderableType

from benchmarks.gateway.results import figures, ratios
from benchmarks.gateway.tables import answer_table, figure_tables, ratio_table
from tests.benchmarks.gateway.samples import sample


def printed(*tables: RenderableType) -> list[list[str]]:
    """The lines, as words."""
    console = Console(file=io.StringIO(), width=160)
    for table in tables:
        console.print(table)
    assert isinstance(console.file, io.StringIO)
    return [line.split() for line in console.file.getvalue().splitlines()]


def test_the_fastest_comes_first_and_who_waited_is_marked() -> None:
    samples = [sample("apollo-off", 50, 19_800), sample("softfactory-off", 2_000, 300)]
    lines = printed(*figure_tables(figures(samples)))
    rows = [line for line in lines if line and line[0].endswith("-off")]
    assert rows == [
        ["softfactory-off", "2,000", "1.00", "9.00", "300", "60%*", "50"],
        ["apollo-off", "50", "1.00", "9.00", "19,800", "99%", "50"],
    ]


def test_one_connection_is_never_marked() -> None:
    lines = printed(*figure_tables(figures([sample("apollo-off", 50, 100, connections=1)])))
    assert ["apollo-off", "50", "1.00", "9.00", "100", "0%", "50"] in lines


def test_no_answer_is_not_a_fast_one() -> None:
    lines = printed(*figure_tables(figures([sample("hive-off", 0, 100)])))
    assert ["hive-off", "0", "-", "-", "-", "0%*", "50"] in lines


def test_ratios_and_answers_have_a_line_each() -> None:
    samples = [sample("softfactory-off", 100, 300), sample("yardstick-off", 100, 200)]
    lines = printed(ratio_table(ratios(samples)), answer_table({"apollo-off": "to the byte"}))
    assert [
        "1.50",
        "CPU",
        "of",
        "a",
        "request",
        "full,",
        "50",
        "connections",
        "softfactory-off",
        "/",
        "yardstick-off",
    ] in lines
    assert ["apollo-off", "to", "the", "byte"] in lines
