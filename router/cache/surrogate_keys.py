"""Surrogate keys: what an answer was made of, in a header of it, by which a CDN drops it when that has changed.

    e-0123456789abcdef     one entity, or a field of it
    any-Chef               all entities of a type, in an answer with too many to name each
    type-Chef              entities of a type
    list-Chef              lists of entities of a type
    tag-0123456789abcdef   what a @cacheTag names
    softfactory            everything: the namespace

Names of entities and of tags have values in them that are nobody else's business, and any characters. So they are hashes: the
first 16 digits of the SHA-256 of `Chef:["7"]`, or of the tag. Case does not matter, since to some CDNs it does not.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from router.cache.filling import LISTS, VIEWERS
from router.cache.settings import FieldCacheSettings
from router.cache.store import Invalidation, type_of
from router.cache.usage import sorted_out

_DIGITS: Final = 16
_FORMS: Final = {"cache-tag": ("cache-tag", ","), "surrogate-key": ("surrogate-key", " ")}


def surrogate_keys(settings: FieldCacheSettings) -> "SurrogateKeys | None":
    """None where they are off."""
    wanted = settings.http.surrogate_keys
    if wanted == "off":
        return None
    name, separator = _FORMS[wanted]
    http, namespace = settings.http, settings.namespace
    return SurrogateKeys(name.encode(), separator, http.surrogate_key_bytes, namespace)


@dataclass(frozen=True, slots=True)
class SurrogateKeys:
    """`name` is that of the header, in lower case; its value has at most `max_bytes`."""

    name: bytes
    separator: str
    max_bytes: int
    namespace: str

    def value(self, dependencies: Collection[str]) -> bytes | None:
        """Of the header. None where even types and tags are too many: then nobody could drop the answer."""
        entities, types, tags = sorted_out(dependencies)
        others = [self.namespace, *map(_type, types), *_tags(tags)]
        return self._joined((*others, *map(_entity, entities))) or self._joined(
            (*others, *map(_any_of, entities))
        )

    def merged(self, values: Iterable[bytes]) -> bytes | None:
        """Of an answer that is made of several."""
        return self._joined(key for value in values for key in value.decode().split(self.separator) if key)

    def to_drop(self, what: Invalidation) -> list[str]:
        """Those of all answers that it concerns, for a CDN to be told of."""
        return keys_to_drop(what, self.namespace)

    def _joined(self, keys: Iterable[str]) -> bytes | None:
        value = self.separator.join(sorted(set(keys))).encode()
        return value if len(value) <= self.max_bytes else None


def keys_to_drop(what: Invalidation, namespace: str) -> list[str]:
    """As of a router with this namespace."""
    return [namespace] if what.everything else list(dict.fromkeys(_to_drop(what)))


def _to_drop(what: Invalidation) -> Iterator[str]:
    for entity in (*what.entities, *(entity for entity, _ in what.fields)):
        yield _entity(entity)
        yield _any_of(entity)
    yield from map(_type, what.types)
    yield from _tags(what.tags)


def _entity(name: str) -> str:
    return f"e-{_hash(name)}"


def _any_of(entity: str) -> str:
    return f"any-{type_of(entity)}"


def _type(type_name: str) -> str:
    return f"type-{type_name}"


def _tags(names: Iterable[str]) -> Iterator[str]:
    """What is private to a viewer is in no answer that a CDN keeps."""
    for name in names:
        if name.startswith(LISTS):
            yield f"list-{name.removeprefix(LISTS)}"
        elif not name.startswith(VIEWERS):
            yield f"tag-{_hash(name)}"


def _hash(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:_DIGITS]
