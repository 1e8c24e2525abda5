"""The query of benchmarks/graph as a program: what its plan of seven fetches does, and nothing else.

It answers this one query and knows no errors. It is here to be measured beside the router. What only the next fetch needs is unset
once it is used, and so not written.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, Generic, NamedTuple, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from benchmarks.gateway.yardstick.client import Call
from benchmarks.gateway.yardstick.requests import asking, asking_for

SUBGRAPHS: Final = ("artists", "programme", "tickets", "venues")
Found = TypeVar("Found")
_Internal: TypeAlias = str | UnsetType
"""A key: part of what a subgraph answers, and no part of the answer."""
_By: TypeAlias = Mapping[_Internal, list[Found]]

# Shapes of the answer. The fields of other fetches have values to begin with, which these replace.


class _Price(msgspec.Struct, gc=False):
    amountMinor: int  # noqa: N815
    currency: str


class _Amount(msgspec.Struct, gc=False):
    amountMinor: int  # noqa: N815


class _Name(msgspec.Struct, gc=False):
    name: str


class _Section(msgspec.Struct, gc=False):
    name: str
    seats: int
    free: int = 0
    id: _Internal = UNSET


class _SimilarConcert(msgspec.Struct, gc=False):
    title: str
    price: _Amount | None = None
    minutes: int | UnsetType = UNSET
    id: _Internal = UNSET


class _Similar(msgspec.Struct, gc=False):
    name: str
    duty: int = 0
    country: str | None = None
    concerts: list[_SimilarConcert] = []
    id: _Internal = UNSET


class _Artist(msgspec.Struct, gc=False):
    name: str
    duty: int = 0
    similar: list[_Similar] = []
    id: _Internal = UNSET


class _Event(msgspec.Struct, gc=False):
    title: str
    price: _Price | None = None
    minutes: int | UnsetType = UNSET
    id: _Internal = UNSET


class _Concert(_Event, gc=False):
    artists: list[_Artist] = []


class _Place(msgspec.Struct, rename={"typename": "__typename"}, gc=False):
    typename: str
    name: str = ""
    capacity: int = 0
    slug: _Internal = UNSET


class _Venue(_Place, gc=False):
    floors: list[list[_Section]] = []
    concerts: list[_Concert] = []


class _City(msgspec.Struct, gc=False):
    name: str
    venues: list[_Venue]


class _ListedVenue(_Place, gc=False):
    city: _Name | None = None


class _ListedConcert(_Event, kw_only=True, gc=False):
    line: list[_Name]
    venue: _ListedVenue


class _Data(msgspec.Struct, gc=False):
    cities: list[_City]
    concerts: list[_ListedConcert]


# Shapes of what the subgraphs answer.


class _Response(msgspec.Struct, Generic[Found], gc=False):
    data: Found


class _Entities(msgspec.Struct, Generic[Found], gc=False):
    found: list[Found]


class _Cities(msgspec.Struct, gc=False):
    cities: list[_City]


class _Concerts(msgspec.Struct, gc=False):
    concerts: list[_ListedConcert]


class _OfListedVenue(msgspec.Struct, gc=False):
    name: str
    capacity: int
    city: _Name


class _OfVenue(msgspec.Struct, gc=False):
    concerts: list[_Concert]


class _OfArtist(msgspec.Struct, gc=False):
    similar: list[_Similar]
    country: str | None


class _OfSimilar(msgspec.Struct, gc=False):
    concerts: list[_SimilarConcert]


class _Priced(msgspec.Struct, gc=False):
    price: _Price


class _Amounted(msgspec.Struct, gc=False):
    price: _Amount


class _Seated(msgspec.Struct, gc=False):
    free: int


class _Dutiable(msgspec.Struct, gc=False):
    duty: int


class _Tickets(msgspec.Struct, gc=False):
    events: list[_Priced]
    sections: list[_Seated]
    artists: list[_Dutiable]
    concerts: list[_Amounted]


# Representations.


class _VenueKey(msgspec.Struct, tag_field="__typename", tag="Venue", gc=False):
    slug: _Internal


class _ArtistKey(msgspec.Struct, tag_field="__typename", tag="Artist", gc=False):
    id: _Internal


class _ArtistWithCountry(_ArtistKey, tag="Artist", gc=False):
    country: str | None


class _ConcertKey(msgspec.Struct, tag_field="__typename", tag="Concert", gc=False):
    id: _Internal
    minutes: int | UnsetType


class _SectionKey(msgspec.Struct, tag_field="__typename", tag="Section", gc=False):
    id: _Internal


_ASK_CITIES: Final = asking(
    "{cities{name venues{__typename name capacity floors{__typename name seats id} slug}}}"
)
_ASK_CONCERTS: Final = asking(
    "{concerts(first:8){__typename title line:artists{name} venue{__typename slug} minutes id}}"
)
_ASK_PLACES: Final = asking_for(found="... on Venue{name capacity city{name}}")
_ASK_PROGRAMME: Final = asking_for(
    found="... on Venue{concerts{__typename title artists{__typename name id} minutes id}}"
)
_ASK_SIMILAR: Final = asking_for(found="... on Artist{similar{__typename name country id} country}")
_ASK_THEIR_CONCERTS: Final = asking_for(found="... on Artist{concerts{__typename title minutes id}}")
_ASK_TICKETS: Final = asking_for(
    events="... on Concert{price{amountMinor currency}}",
    sections="... on Section{free}",
    artists="... on Artist{duty}",
    concerts="... on Concert{price{amountMinor}}",
)

_encode: Final = msgspec.json.Encoder().encode
_read_cities: Final = msgspec.json.Decoder(_Response[_Cities]).decode
_read_concerts: Final = msgspec.json.Decoder(_Response[_Concerts]).decode
_read_places: Final = msgspec.json.Decoder(_Response[_Entities[_OfListedVenue]]).decode
_read_programme: Final = msgspec.json.Decoder(_Response[_Entities[_OfVenue]]).decode
_read_similar: Final = msgspec.json.Decoder(_Response[_Entities[_OfArtist]]).decode
_read_their_concerts: Final = msgspec.json.Decoder(_Response[_Entities[_OfSimilar]]).decode
_read_tickets: Final = msgspec.json.Decoder(_Response[_Tickets]).decode

_Node = TypeVar("_Node", _Event, _SimilarConcert, _Section, _Artist, _Similar)


class OwnProgram:
    """`await program.run()` is the answer to operation.graphql of benchmarks/graph."""

    def __init__(self, calls: Mapping[str, Call]) -> None:
        self._artists, self._programme, self._tickets, self._venues = (calls[name] for name in SUBGRAPHS)

    async def run(self) -> bytes:
        """What is listed is fetched beside the cities; tickets are asked for all of it at once."""
        listing = asyncio.ensure_future(self._list_concerts())
        cities = _read_cities(await self._venues(_ASK_CITIES)).data.cities
        venues = [venue for city in cities for venue in city.venues]
        concerts = await self._add_programme(venues)
        artists = _by_id(artist for concert in concerts for artist in concert.artists)
        countries, similar = await self._add_similar(artists)
        their_concerts = await self._add_their_concerts(similar)
        listed = await listing
        sections = (section for venue in venues for floor in venue.floors for section in floor)
        nodes = _Ticketed(
            _by_id((*listed, *concerts)), _by_id(sections), artists, similar, _by_id(their_concerts)
        )
        await self._add_tickets(nodes, countries)
        return _encode(_Response(_Data(cities, listed)))

    async def _list_concerts(self) -> list[_ListedConcert]:
        concerts = _read_concerts(await self._programme(_ASK_CONCERTS)).data.concerts
        by_slug: defaultdict[_Internal, list[_ListedVenue]] = defaultdict(list)
        for concert in concerts:
            by_slug[concert.venue.slug].append(concert.venue)
        asked = self._venues(_ASK_PLACES % _encode([_VenueKey(slug) for slug in by_slug]))
        for same, found in zip(by_slug.values(), _read_places(await asked).data.found, strict=True):
            name, capacity, city = found.name, found.capacity, found.city
            for venue in same:
                venue.name = name
                venue.capacity = capacity
                venue.city = city
                venue.slug = UNSET
        return concerts

    async def _add_programme(self, venues: list[_Venue]) -> list[_Concert]:
        by_slug: defaultdict[_Internal, list[_Venue]] = defaultdict(list)
        for venue in venues:
            by_slug[venue.slug].append(venue)
        asked = self._programme(_ASK_PROGRAMME % _encode([_VenueKey(slug) for slug in by_slug]))
        entities = _read_programme(await asked).data.found
        for same, found in zip(by_slug.values(), entities, strict=True):
            for venue in same:
                venue.concerts = found.concerts
                venue.slug = UNSET
        return [concert for found in entities for concert in found.concerts]

    async def _add_similar(self, artists: _By[_Artist]) -> tuple[dict[_Internal, str | None], _By[_Similar]]:
        asked = self._artists(_ASK_SIMILAR % _encode([_ArtistKey(each) for each in artists]))
        entities = _read_similar(await asked).data.found
        for same, found in zip(artists.values(), entities, strict=True):
            for artist in same:
                artist.similar = found.similar
        countries = {key: found.country for key, found in zip(artists, entities, strict=True)}
        return countries, _by_id(similar for found in entities for similar in found.similar)

    async def _add_their_concerts(self, similar: _By[_Similar]) -> list[_SimilarConcert]:
        asked = self._programme(_ASK_THEIR_CONCERTS % _encode([_ArtistKey(each) for each in similar]))
        entities = _read_their_concerts(await asked).data.found
        for same, found in zip(similar.values(), entities, strict=True):
            for artist in same:
                artist.concerts = found.concerts
        return [concert for found in entities for concert in found.concerts]

    async def _add_tickets(self, nodes: "_Ticketed", countries: dict[_Internal, str | None]) -> None:
        for key, same in nodes.similar.items():
            countries[key] = same[0].country
        groups = (
            [_ConcertKey(key, same[0].minutes) for key, same in nodes.events.items()],
            [_SectionKey(key) for key in nodes.sections],
            [_ArtistWithCountry(key, country) for key, country in countries.items()],
            [_ConcertKey(key, same[0].minutes) for key, same in nodes.concerts.items()],
        )
        body = _ASK_TICKETS % tuple(_encode(group) for group in groups)
        found = _read_tickets(await self._tickets(body)).data
        _set_duties(nodes, dict(zip(countries, found.artists, strict=True)))
        for sections, seated in zip(nodes.sections.values(), found.sections, strict=True):
            for section in sections:
                section.free = seated.free
                section.id = UNSET
        for events, priced in zip(nodes.events.values(), found.events, strict=True):
            for event in events:
                event.price = priced.price
                event.id = event.minutes = UNSET
        for concerts, amounted in zip(nodes.concerts.values(), found.concerts, strict=True):
            for concert in concerts:
                concert.price = amounted.price
                concert.id = concert.minutes = UNSET


class _Ticketed(NamedTuple):
    """What the box office adds to, by id."""

    events: _By[_Event]
    sections: _By[_Section]
    artists: _By[_Artist]
    similar: _By[_Similar]
    concerts: _By[_SimilarConcert]


def _set_duties(nodes: _Ticketed, duties: Mapping[_Internal, _Dutiable]) -> None:
    for key, artists in nodes.artists.items():
        duty = duties[key].duty
        for artist in artists:
            artist.duty = duty
            artist.id = UNSET
    for key, same in nodes.similar.items():
        duty = duties[key].duty
        for similar in same:
            similar.duty = duty
            similar.id = UNSET


def _by_id(nodes: Iterable[_Node]) -> "_By[_Node]":
    found: defaultdict[_Internal, list[_Node]] = defaultdict(list)
    for node in nodes:
        found[node.id].append(node)
    return found
