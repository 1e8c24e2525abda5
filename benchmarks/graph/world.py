"""The objects of data.json, linked: what a server knows that has all the data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeAlias

from graphql import GraphQLResolveInfo

Info: TypeAlias = GraphQLResolveInfo


@dataclass(frozen=True, eq=False)
class World:
    """The roots of the graph, and every object by the keys that it has."""

    tables: Mapping[str, list[dict[str, Any]]]

    def cities(self, _info: Info | None = None) -> list["City"]:
        return [City(self, row) for row in self.tables["cities"]]

    def venues(self) -> list["Venue"]:
        return [Venue(self, row) for row in self.tables["venues"]]

    def concerts(self, _info: Info | None = None, first: int | None = None) -> list["Concert"]:
        return [Concert(self, row) for row in self.tables["concerts"][:first]]

    def artists(self, _info: Info | None = None) -> list["Artist"]:
        return [Artist(self, row) for row in self.tables["artists"]]

    def sections(self) -> list["Section"]:
        return [section for venue in self.venues() for floor in venue.floors() for section in floor]

    def find(self, type_name: str, representation: Mapping[str, Any]) -> Any:
        """The object with this key; None if there is none."""
        return self._by_key[type_name].get(representation.get("id") or representation.get("slug"))

    @cached_property
    def _by_key(self) -> Mapping[str, Mapping[Any, Any]]:
        objects: dict[str, Any] = {
            "City": self.cities(), "Venue": self.venues(), "Section": self.sections(),
            "Concert": self.concerts(), "Artist": self.artists(),
        }  # fmt: skip
        return {
            name: {found.row[key]: found for found in every for key in ("id", "slug") if key in found.row}
            for name, every in objects.items()
        }


@dataclass(frozen=True)
class Record:
    """A row of a table; fields that only one table has to say are found by name."""

    world: World
    row: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.row[name]
        except KeyError:
            raise AttributeError(name) from None


class City(Record):
    def venues(self, _info: Info) -> list["Venue"]:
        return [venue for venue in self.world.venues() if venue.row["city"] == self.id]


class Section(Record):
    pass


class Venue(Record):
    def city(self, _info: Info) -> City:
        return next(city for city in self.world.cities() if city.id == self.row["city"])

    def floors(self, _info: Info | None = None) -> list[list[Section]]:
        return [[Section(self.world, row) for row in floor] for floor in self.row["floors"]]

    def concerts(self, _info: Info) -> list["Concert"]:
        return [concert for concert in self.world.concerts() if concert.row["venue"] == self.slug]


class Artist(Record):
    def duty(self, _info: Info) -> int:
        return duty(self.country)

    def similar(self, _info: Info) -> list["Artist"]:
        return [self.world.find("Artist", {"id": other}) for other in self.row["similar"]]

    def concerts(self, _info: Info) -> list["Concert"]:
        return [concert for concert in self.world.concerts() if self.id in concert.row["artists"]]


class Concert(Record):
    def venue(self, _info: Info | None = None) -> Venue:
        venue: Venue = self.world.find("Venue", {"slug": self.row["venue"]})
        return venue

    def artists(self, _info: Info) -> list[Artist]:
        return [self.world.find("Artist", {"id": artist}) for artist in self.row["artists"]]

    def price(self, _info: Info) -> dict[str, Any]:
        return price(self.minutes)

    def surcharge(self, _info: Info) -> int:
        return surcharge(self.minutes, self.venue().capacity)


def price(minutes: int) -> dict[str, Any]:
    """Of a ticket for a concert of that length."""
    return {"amountMinor": 1000 * minutes // 10, "currency": "KRW"}


def surcharge(minutes: int, capacity: int) -> int:
    """The shorter the concert and the larger the venue, the less."""
    return 100 * minutes // capacity


def duty(country: str | None) -> int:
    """None is nowhere, and pays most."""
    return {"KR": 0, "JP": 8, "SE": 10, None: 20}.get(country, 15)


@cache
def load() -> World:
    """The world of data.json."""
    return World(json.loads(Path(__file__).with_name("data.json").read_text()))
