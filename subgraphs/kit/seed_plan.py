"""What the seeds of all services agree on: which users exist under which ids, and what `now` is.

Ids of users: 1 is the administrator, 2 the demo user, 3 to 7 the five chefs, all further ones are generated.
"""

import enum
import json
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, TypeAlias

import asyncpg
from sqlalchemy.orm import DeclarativeBase

from subgraphs.kit.money import Money

ADMIN: Final = 1
DEMO: Final = 2
CHEFS: Final[Mapping[int, str]] = {3: "Park", 4: "Marco", 5: "Tanaka", 6: "Dubois", 7: "Garcia"}
FIRST_GENERATED: Final = 8
CHUNK: Final = 2000

# Ids of rows that other services refer to; the order is that of subgraphs/accounts/seed.py.
PRODUCTS: Final[Mapping[str, int]] = {
    "coocook": 1,
    "sns-auto": 2,
    "review": 3,
    "ai-automation": 4,
    "instagram-cardnews": 5,
    "webapp-builder": 6,
}


@dataclass(frozen=True, slots=True)
class SeedPlan:
    """Deterministic: the same plan makes the same rows. Times are relative to `now`."""

    users: int
    now: datetime

    def __post_init__(self) -> None:
        if self.users < FIRST_GENERATED:
            raise ValueError(f"A seed needs at least {FIRST_GENERATED} users.")

    def user_ids(self) -> range:
        """All users."""
        return range(1, self.users + 1)

    def generated_user_ids(self) -> range:
        """The users that only give volume."""
        return range(FIRST_GENERATED, self.users + 1)

    def random(self, *parts: object) -> random.Random:
        """A generator that belongs to a row, so that rows do not depend on the order in which they are made."""
        return random.Random(":".join(map(str, parts)))  # noqa: S311  volume data, not secrets

    def ago(self, **time: float) -> datetime:
        """A moment before now: `ago(days=3, hours=2)`."""
        return self.now - timedelta(**time)

    def ahead(self, **time: float) -> datetime:
        """A moment after now."""
        return self.now + timedelta(**time)


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """Printed after seeding."""

    email: str
    password: str
    role: str


class SeedWriter:
    """Writes rows by COPY. `report` gets the table and how many of its rows are written."""

    def __init__(self, connection: asyncpg.Connection, report: Callable[[str, int], None]) -> None:
        self._connection = connection
        self._report = report

    async def copy(self, model: type[DeclarativeBase], rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows are dictionaries of attributes, all with the same ones; what they leave out takes its default.

        A Money attribute `price` goes into the columns price_minor and price_currency.
        """
        table = str(model.__table__.name)  # type: ignore[attr-defined]
        iterator, done = iter(rows), 0
        while chunk := [dict(_columns(row)) for row in islice(iterator, CHUNK)]:
            columns = list(chunk[0])
            await self._connection.copy_records_to_table(
                table, records=[tuple(row[name] for name in columns) for row in chunk], columns=columns
            )
            done += len(chunk)
            self._report(table, done)


Seeder: TypeAlias = Callable[[SeedWriter, SeedPlan], Awaitable[None]]


def _columns(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, Money):
            yield f"{name}_minor", value.amount_minor
            yield f"{name}_currency", value.currency.value
        elif isinstance(value, enum.Enum):
            yield name, value.value
        elif isinstance(value, dict):
            yield name, json.dumps(value)
        else:
            yield name, value
