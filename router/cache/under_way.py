"""What this process is fetching already, field by field, so that nobody fetches it twice at the same time."""

import asyncio
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple, TypeAlias

FieldOf: TypeAlias = tuple[str, str]
"""An entity, and the id of a field of it."""
Values: TypeAlias = Mapping[str, Mapping[str, bytes]]


class Nothing(Enum):
    """How a fetch ends that brings no values."""

    GIVEN_UP = "given up"
    """By whoever fetched; others may try."""
    FAILED = "failed"
    """By the subgraph."""
    ELSEWHERE = "elsewhere"
    """Another process fetched it, and may have filled it in."""


class _Announced(NamedTuple):
    future: "asyncio.Future[Values | Nothing]"
    stamp: int


class UnderWay:
    """Of one subgraph. Stamps are of the store's reads before a fetch: nobody joins one from before an invalidation that he
    comes after, since it may bring what was there before."""

    def __init__(self) -> None:
        self._by_field: dict[FieldOf, _Announced] = {}

    def find(self, field: FieldOf, stamp: float) -> "asyncio.Future[Values | Nothing] | None":
        """What will have it for whoever has read with this stamp."""
        found = self._by_field.get(field)
        return found.future if found is not None and found.stamp >= stamp else None

    def begin(self, fields: Iterable[FieldOf], stamp: int) -> "Announced":
        """Somebody fetches these. Those that are on their way already stay with whoever is first, unless that is too old."""
        future: asyncio.Future[Values | Nothing] = asyncio.get_running_loop().create_future()
        announced = _Announced(future, stamp)
        own = [field for field in dict.fromkeys(fields) if self.find(field, stamp) is None]
        self._by_field.update(dict.fromkeys(own, announced))
        return Announced(self._by_field, own, announced)


class Announced:
    """Ends once, whatever happens."""

    def __init__(
        self, by_field: dict[FieldOf, _Announced], own: list[FieldOf], announced: _Announced
    ) -> None:
        self._by_field = by_field
        self._own = own
        self._announced = announced

    def end(self, values: Values | Nothing) -> None:
        """Tells those who wait."""
        if self._announced.future.done():
            return
        for field in self._own:
            if self._by_field.get(field) is self._announced:
                del self._by_field[field]
        self._announced.future.set_result(values)
