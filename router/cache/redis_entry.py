"""How entries lie in Redis: a head, tags, the JSON, and a checksum, under a short name. scripts/common.lua reads the same.

The checksum is of the entity, the field, and all that whoever fills knows: so what somebody else has written, and the answer
to another question, are told from what was asked for.
"""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Final
from zlib import crc32

from router.cache.store import Entry, Fill, field_name
from router.remembered import remembered

_MOST: Final = (1 << 32) - 1
"""Longer is cut to this many milliseconds, which is seven weeks."""
_MOST_OF_TAGS: Final = (1 << 16) - 1
_VERSION: Final = 8
_HAS_TIMES: Final = 1
_HAS_TAGS: Final = 2
_HEAD: Final = Struct(">8xHII")
"""Version and what else there is, stamp; milliseconds when it was filled in (two parts), and of being fresh."""
_HEAD_WITH_TIMES: Final = Struct(">8xHIIII")
"""The same, and milliseconds of being stale and spare."""
_FRESH: Final = Struct(">I")
_TIMES: Final = Struct(">II")
_LENGTH: Final = Struct(">H")
_REST_AT: Final = _HEAD.size - _FRESH.size
_CHECKSUM: Final = 4
_WHOLE: Final = 0x2144DF1C
"""The CRC-32 of whatever has its CRC-32 at the end."""
_LONG: Final = 40
"""Longer ids cost more than a hash of them; and with one of 65 bytes Redis would keep the whole entity in a larger form."""


def encode(text: str) -> bytes:
    """Any text of Python, halves of surrogate pairs included."""
    return text.encode("utf-8", "surrogatepass")


def encode_field(field: str) -> bytes:
    """The name of its own still comes first, and no id that is not a hash has the byte behind it."""
    encoded = encode(field)
    if len(encoded) <= _LONG:
        return encoded
    digest = hashlib.blake2b(encoded, digest_size=16).digest()
    return encode(field_name(field)) + b"#\xfe" + digest


def encode_tags(tags: Sequence[str]) -> bytes | None:
    """Each behind its length. None where they are too long together, so that nothing may be kept that has them."""
    encoded = [encode(tag) for tag in tags]
    if sum(_LENGTH.size + len(tag) for tag in encoded) > _MOST_OF_TAGS:
        return None
    return b"".join(_LENGTH.pack(len(tag)) + tag for tag in encoded)


@remembered
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


def encode_head(fill: Fill, tags: bytes) -> tuple[bytes, bytes]:
    """What the entries of a fill have in common: before and behind what the script knows."""
    kind, rest = _VERSION, _FRESH.pack(_bounded(fill.fresh))
    times = _bounded(fill.stale), _bounded(fill.spare)
    if any(times):
        kind |= _HAS_TIMES
        rest += _TIMES.pack(*times)
    if tags:
        kind |= _HAS_TAGS
        rest += _LENGTH.pack(len(tags)) + tags
    return bytes((kind,)), rest


def seal(entity: str, field: str, head: tuple[bytes, bytes], value: bytes) -> bytes:
    """The value with its checksum."""
    [kind], rest = head
    sealed = crc32(value, crc32(rest, crc32(encode(entity)) ^ crc32(encode(field)) ^ kind))
    return value + sealed.to_bytes(_CHECKSUM, "little")


def checksums(fields: Sequence[str]) -> list[int]:
    """What each field has to do with the checksum of its entry."""
    return [crc32(encode(field)) for field in fields]


def useful(fill: Fill) -> int:
    """Milliseconds, from now on."""
    return _bounded(fill.fresh) + max(_bounded(fill.stale), _bounded(fill.spare))


def decode(
    entity: str, fields: Iterable[tuple[str, int]], values: Iterable[object], now: int
) -> dict[str, Entry]:
    """Of what the script let through; `now` is in milliseconds of the server. What is there, by field; each comes with its own of
    the checksums.

    Raises struct.error or IndexError for what no script lets through.
    """
    found = {}
    # One loop with few calls takes half the time, and this is every read.
    short, unpack_short = _HEAD.size, _HEAD.unpack_from
    long, unpack_long = _HEAD_WITH_TIMES.size, _HEAD_WITH_TIMES.unpack_from
    seed = crc32(encode(entity))
    encoded: bytes = b""
    known: tuple[str, ...] | None = ()
    for (field, checksum), raw in zip(fields, values, strict=False):
        if isinstance(raw, bytes):
            if crc32(raw[_REST_AT:], seed ^ checksum ^ raw[0]) != _WHOLE:
                continue
            if raw[0] & _HAS_TIMES:
                at, (high, low, fresh, stale, spare) = long, unpack_long(raw)
            else:
                at, (high, low, fresh), stale, spare = short, unpack_short(raw), 0, 0
            tags: tuple[str, ...] = ()
            if raw[0] & _HAS_TAGS:
                start = at + 2
                at = start + (raw[at] << 8 | raw[at + 1])
                if raw[start:at] != encoded:
                    encoded = raw[start:at]
                    known = decode_tags(encoded)
                if known is None:
                    continue
                tags = known
            age = now - (high << 32 | low)
            age = age if age > 0 else 0
            left = fresh - age
            found[field] = Entry(raw[at:-_CHECKSUM], age, left, left + stale, left + spare, tags)
    return found


def _bounded(milliseconds: int) -> int:
    return min(max(0, milliseconds), _MOST)
