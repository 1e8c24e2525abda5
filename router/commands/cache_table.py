"""What a Redis holds of a field cache, as a table for people or as JSON for machines."""

import asyncio
from typing import Final

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from router.cache.redis_contents import Contents, Kind, read_contents
from router.errors import JsonValue

_WIDE: Final = (
    "Most entities lie in hash tables, as they do where one of their fields has more than 64 bytes. "
    "With hash-max-listpack-value 1024 in redis.conf, those that are filled from then on take about a quarter less."
)


def counted(url: str, namespace: str, limit: int) -> Contents:
    """Shows how far it is, in a terminal. Raises ContentsError."""
    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.completed:>11,.0f} of {task.total:,.0f} keys"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[entities]:,} entities"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with progress:
        task = progress.add_task("", total=limit, entities=0)

        def advance(found: Contents) -> None:
            entities = sum(kind.entities for kind in found.kinds.values())
            total = min(limit, found.keys)
            progress.update(task, total=total, completed=min(found.seen, total), entities=entities)

        return asyncio.run(read_contents(url, namespace, limit, advance))


def show(found: Contents, namespace: str) -> None:
    """Largest first."""
    console = Console(highlight=False)
    if not found.kinds:
        console.print(f"No entity was found under {namespace!r}.", markup=False, soft_wrap=True)
    else:
        console.print(_table(found))
        measured = sum(kind.measured for kind in found.kinds.values())
        if sum(kind.wide for kind in found.kinds.values()) * 2 > measured:
            console.print(_WIDE, style="yellow", soft_wrap=True)
    if not found.complete:
        console.print(
            f"Only {found.seen:,} of {found.keys:,} keys were looked at; --limit looks at more.",
            style="yellow",
            soft_wrap=True,
        )


def to_json(found: Contents) -> dict[str, JsonValue]:
    """Numbers of fields and bytes are exact where all entities were measured."""
    return {
        "keys": found.keys,
        "looked_at": found.seen,
        "complete": found.complete,
        "types": {
            name: {
                "entities": kind.entities,
                "measured": kind.measured,
                "fields": kind.fields,
                "bytes": kind.bytes,
                "hash_tables": kind.wide,
            }
            for name, kind in _sorted(found)
        },
    }


def _table(found: Contents) -> Table:
    table = Table(box=None, header_style="bold", show_footer=len(found.kinds) > 1, footer_style="bold")
    kinds = found.kinds.values()
    is_exact = all(_is_exact(kind) for kind in kinds)
    table.add_column("Type", "All")
    table.add_column("Entities", f"{sum(kind.entities for kind in kinds):,}", justify="right")
    table.add_column("Fields", _about(f"{sum(kind.fields for kind in kinds):,}", is_exact), justify="right")
    table.add_column("Bytes", _about(decimal(sum(kind.bytes for kind in kinds)), is_exact), justify="right")
    for name, kind in _sorted(found):
        exact = _is_exact(kind)
        table.add_row(
            Text(name),
            f"{kind.entities:,}",
            _about(f"{kind.fields:,}", exact),
            _about(decimal(kind.bytes), exact),
        )
    return table


def _sorted(found: Contents) -> list[tuple[str, Kind]]:
    return sorted(found.kinds.items(), key=lambda item: (-item[1].bytes, item[0]))


def _is_exact(kind: Kind) -> bool:
    return kind.measured == kind.entities


def _about(text: str, is_exact: bool) -> str:
    return text if is_exact else f"~{text}"
