"""What this process is fetching already, field by field, so that nobody fetches it twice at the same time."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import TypeAlias

FieldOf: TypeAlias = tuple[str, str]
"""An entity, and the id of a field of it."""
Values: TypeAlias = Mapping[str, Mapping[str, bytes]]


class UnderWay:
    """Of one subgraph."""

    def __init__(self) -> None:
        self._by_field: dict[FieldOf, asyncio.Future[Values | None]] = {}

    def find(self, field: FieldOf) -> "asyncio.Future[Values | None] | None":
        """What will have it: values, or None if that fails."""
        return self._by_field.get(field)

    def begin(self, fields: Iterable[FieldOf]) -> "Fetching":
        """Somebody fetches these. Those that are on their way already stay with whoever is first."""
        future: asyncio.Future[Values | None] = asyncio.get_running_loop().create_future()
        own = [field for field in dict.fromkeys(fields) if field not in self._by_field]
        self._by_field.update(dict.fromkeys(own, future))
        return Fetching(self._by_field, own, future)


class Fetching:
    """Ends once, whatever happens."""

    def __init__(
        self,
        by_field: dict[FieldOf, "asyncio.Future[Values | None]"],
        own: list[FieldOf],
        future: "asyncio.Future[Values | None]",
    ) -> None:
        self._by_field = by_field
        self._own = own
        self._future = future

    def end(self, values: Values | None) -> None:
        """Tells those who wait."""
        if self._future.done():
            return
        for field in self._own:
            del self._by_field[field]
        self._future.set_result(values)
