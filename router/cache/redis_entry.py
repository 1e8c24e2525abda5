"""How entries lie in Redis: a head, tags, and the JSON. scripts/common.lua reads the same."""

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from struct import Struct
from typing import Final

from router.cache.store import Entry, Fill

_MOST: Final = (1 << 32) - 1
"""Longer is cut to this many milliseconds, which is seven weeks."""
_MOST_OF_TAG: Final = (1 << 16) - 1
_HEAD: Final = Struct(">BddIIII")
"""Version, stamp, milliseconds when it was filled in, then of being fresh, stale and spare, and the bytes of tags."""
_REST: Final = Struct(">IIII")
_LENGTH: Final = Struct(">H")


def encode(text: str) -> bytes:
    """Any text of Python, halves of surrogate pairs included."""
    return text.encode("utf-8", "surrogatepass")


def encode_tags(tags: Sequence[str]) -> bytes | None:
    """Each behind its length. None where one is too long, so that nothing may be kept that has it."""
    encoded = [encode(tag) for tag in tags]
    if any(len(tag) > _MOST_OF_TAG for tag in encoded):
        return None
    return b"".join(_LENGTH.pack(len(tag)) + tag for tag in encoded)


@lru_cache(maxsize=1000)
def decode_tags(encoded: bytes) -> tuple[str, ...] | None:
    """None for what are none."""
    tags, at = [], 0
    try:
        while at < len(encoded):
            [size] = _LENGTH.unpack_from(encoded, at)
            at += _LENGTH.size + size
            tags.append(str(encoded[at - size : at], "utf-8", "surrogatepass"))
    except (struct.error, UnicodeDecodeError):
        return None
    return tuple(tags) if at == len(encoded) else None


def encode_rest(fill: Fill, tags: bytes) -> bytes:
    """What the entries of a fill have in common, behind what the script knows."""
    return _REST.pack(_bounded(fill.fresh), _bounded(fill.stale), _bounded(fill.spare), len(tags)) + tags


def useful(fill: Fill) -> int:
    """Milliseconds, from now on."""
    return _bounded(fill.fresh) + max(_bounded(fill.stale), _bounded(fill.spare))


def decode(fields: Sequence[str], values: Iterable[object], now: int) -> dict[str, Entry]:
    """Of what the script let through; `now` is in milliseconds of the server. What is there, by field."""
    found = {}
    size, unpack = (
        _HEAD.size,
        _HEAD.unpack_from,
    )  # one loop without calls takes half the time, and this is every read
    for field, raw in zip(fields, values, strict=False):
        if isinstance(raw, bytes):
            _, _, born, fresh, stale, spare, tags_size = unpack(raw)
            end = size + tags_size
            tags = decode_tags(raw[size:end]) if tags_size else ()
            if tags is None:
                continue
            age = now - int(born)
            age = age if age > 0 else 0
            left = fresh - age
            found[field] = Entry(raw[end:], age, left, left + stale, left + spare, tags)
    return found


def _bounded(milliseconds: int) -> int:
    return min(max(0, milliseconds), _MOST)
