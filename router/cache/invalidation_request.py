"""What may be asked of the invalidation endpoint: JSON -> requests, in the form of Apollo Router, and some of our own.

    [{"kind": "cache_tag", "subgraphs": ["coocook"], "cache_tag": "chef-7"},
     {"kind": "type", "subgraph": "coocook", "type": "Chef"},
     {"kind": "subgraph", "subgraph": "coocook"},
     {"kind": "entity", "type": "Chef", "key": {"id": "7"}},
     {"kind": "field", "type": "Chef", "key": {"id": "7"}, "field": "rating"},
     {"kind": "all"}]

Only Apollo needs `subgraph` beside `type`, and `subgraphs` beside `cache_tag`.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import msgspec

from router.errors import ClientError, JsonValue


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", omit_defaults=True):
    pass


class CacheTag(_Asked, frozen=True, tag="cache_tag"):
    """All that has the tag, whatever `subgraphs` says: an entity is kept once for all of them."""

    cache_tag: str
    subgraphs: tuple[str, ...] = ()


class OfType(_Asked, frozen=True, tag="type"):
    """All entities of a type, or of all that an interface or a union can be."""

    type: str
    subgraph: str | None = None


class OfSubgraph(_Asked, frozen=True, tag="subgraph"):
    """All types that the subgraph has fields of."""

    subgraph: str


class OneEntity(_Asked, frozen=True, tag="entity"):
    """`key` has the fields of the key that names the entity, and may have more."""

    type: str
    key: dict[str, Any]
    subgraph: str | None = None


class OneField(_Asked, frozen=True, tag="field"):
    """With whatever arguments and for whomever. Without a key: of a root type, or of all entities."""

    type: str
    field: str
    key: dict[str, Any] | None = None
    subgraph: str | None = None


class Everything(_Asked, frozen=True, tag="all"):
    """Of this namespace."""


Asked: TypeAlias = CacheTag | OfType | OfSubgraph | OneEntity | OneField | Everything

_Read: Final = msgspec.json.Decoder(list[Asked])
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def parse(body: bytes) -> Sequence[Asked]:
    """Raises ClientError INVALID_JSON, or INVALID_INVALIDATION_REQUEST where it is other JSON."""
    try:
        return _Read.decode(body.removeprefix(_BYTE_ORDER_MARK))
    except msgspec.ValidationError as error:
        raise not_understood(f"{error}. The body is a list of requests.") from None
    except (ValueError, RecursionError) as error:
        raise ClientError("INVALID_JSON", f"The request's body is not JSON in UTF-8: {error}") from None


def encode(asked: Sequence[Asked]) -> bytes:
    """The body that asks for it."""
    return msgspec.json.encode(asked)


def not_understood(message: str, **extensions: JsonValue) -> ClientError:
    """Nothing was invalidated."""
    return ClientError("INVALID_INVALIDATION_REQUEST", message, extensions=extensions)
