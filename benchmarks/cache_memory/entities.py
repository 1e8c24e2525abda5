"""Entities as a router would keep them: values of the sizes that APIs have, in fills of one policy and the same tags."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

from router.cache.store import Fill, Wanted

BATCH: Final = 100
"""Entities that an answer brings."""
_HOUR: Final = 3_600_000
_NAMES: Final = ("Ada Lovelace", "Grace Hopper", "Edsger Dijkstra", "Barbara Liskov", "Kim", "Annie Easley")
_LISTED: Final = "sf:list:Review"


class Entities:
    """User 0, 1, 2, … with so many fields each, of these kinds in turn; all are public but the second."""

    def __init__(self, fields: int) -> None:
        self._fields = fields

    def name(self, number: int) -> str:
        """As the cache calls it."""
        return f'User:["{number}"]'

    def tag(self, number: int) -> str:
        """Of a @cacheTag."""
        return f"user-{number}"

    def values(self, number: int, version: int = 0) -> Mapping[str, bytes]:
        """By id. Those of another version are other ones."""
        return dict(self._values(number, version))

    def wanted(self, number: int) -> Wanted:
        """All of its fields."""
        return Wanted(self.name(number), tuple(self.values(number)))

    def fills(self, number: int, version: int = 0) -> Iterator[Fill]:
        """What is private has a tag for its viewer, and a list one for its type."""
        groups: dict[tuple[str, ...], dict[str, bytes]] = {}
        for field, value in self._values(number, version):
            groups.setdefault(tuple(self._tags(number, field)), {})[field] = value
        for tags, values in groups.items():
            # Times differ by a little chance, as those of the router do.
            yield Fill(self.name(number), values, _HOUR - number * 7919 % 360_000, 600_000, 24 * _HOUR, tags)

    def batch(self, start: int, version: int = 0) -> list[Fill]:
        """Of the next hundred."""
        return [fill for number in range(start, start + BATCH) for fill in self.fills(number, version)]

    def _values(self, number: int, version: int) -> Iterator[tuple[str, bytes]]:
        for place in range(self._fields):
            suffix = str(place // 5 or "")
            match place % 5:
                case 0:
                    yield f"name{suffix}#String!", b'"%b %d"' % (_NAMES[number % 6].encode(), version)
                case 1:
                    yield (
                        f"email{suffix}#String|{_viewer(number)}",
                        b'"user%d-%d@example.com"' % (number, version),
                    )
                case 2:
                    yield f"rating{suffix}#Float", b"%d.%d" % (version, number % 10)
                case 3:
                    text = b"All that somebody has to say about themselves. " * (1 + number % 4)
                    yield f"bio{suffix}#String", b'"%b%d"' % (text, version)
                case _:
                    ids = (
                        f"{number * 10 + each}{f'-{version}' if version else ''}"
                        for each in range(number % 11)
                    )
                    listed = ",".join(f'"Review:[\\"{each}\\"]"' for each in ids)
                    yield f'reviews{suffix}#[Review!]!({{"first":10}})', f"[{listed}]".encode()

    def _tags(self, number: int, field: str) -> Iterator[str]:
        if "[Review" in field:
            yield _LISTED
        if "|" in field:
            yield f"sf:viewer:{_viewer(number)}"
        yield self.tag(number)


def _viewer(number: int) -> str:
    return hashlib.blake2b(b"%d" % number, digest_size=16).hexdigest()
