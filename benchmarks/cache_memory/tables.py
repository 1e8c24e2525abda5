"""The figures in the terminal."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table

from benchmarks.cache_memory.figures import BYTES_OF_PARTS, Eviction, Report, Size, Times


def tables(report: Report) -> Iterator[Table]:
    """All of a run's."""
    yield _sizes(report.sizes)
    yield _parts(report.sizes)
    for store, times in report.times.items():
        yield _times(store, times)
    yield _evictions(report.evictions)


def ratios(times: Sequence[Times]) -> Iterator[tuple[str, float]]:
    """Of each time: with the most entities, by that with the fewest."""
    first, last = times[0], times[-1]
    yield "fill", last.fill / first.fill
    yield "read", last.read / first.read
    yield "tag", last.tag / first.tag
    yield "type", last.type / first.type
    yield "everything", last.everything / first.everything


def _sizes(sizes: Sequence[Size]) -> Table:
    table = _table("Bytes", "", "entities", "MB", "an entity", "an entry", "says / takes", "traced / takes",
                   "bound MB", "sampled", "encoding", "fill s")  # fmt: skip
    for each in sizes:
        table.add_row(
            each.store,
            f"{each.entities:,}",
            f"{each.taken / 1e6:,.1f}",
            f"{each.per_entity:,.0f}",
            f"{each.per_entry:,.0f}",
            f"{each.counted / each.taken:.2f}" if each.bound else "",
            f"{each.traced / each.taken:.2f}" if each.traced else "",
            f"{each.bound / 1e6:,.0f}" if each.bound else "",
            f"{each.sampled:,.0f}" if each.sampled else "",
            each.encoding,
            f"{each.seconds:,.1f}",
        )
    return table


def _parts(sizes: Sequence[Size]) -> Table:
    table = _table("Bytes of an entity", "", *BYTES_OF_PARTS)
    for each in {each.store: each for each in sizes}.values():
        table.add_row(each.store, *(f"{each.parts[part]:,.0f}" for part in BYTES_OF_PARTS))
    return table


def _times(store: str, times: Sequence[Times]) -> Table:
    table = _table(
        f"Milliseconds, {store}",
        "entities",
        "fill 100",
        "read 100",
        "invalidate a tag",
        "a type",
        "everything",
    )
    for each in times:
        found = (each.fill, each.read, each.tag, each.type, each.everything)
        table.add_row(f"{each.entities:,}", *(f"{value:.2f}" for value in found))
    if len(times) > 1:
        table.add_row("last / first", *(f"{value:.2f}" for _, value in ratios(times)))
    return table


def _evictions(evictions: Sequence[Eviction]) -> Table:
    table = _table(
        "Redis with half of the memory",
        "policy",
        "hits",
        "wrong",
        "keys evicted",
        "failures that the store counts",
    )
    for each in evictions:
        table.add_row(
            each.policy, f"{each.hits:.0%}", str(each.wrong), f"{each.evicted:,}", f"{each.failures:,}"
        )
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", no_wrap=not number)
    return table
