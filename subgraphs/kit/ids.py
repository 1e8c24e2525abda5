"""Global ids: opaque on the wire, type and primary key inside. The same for an entity in every subgraph."""

import base64
import binascii
import re

import strawberry

from subgraphs.kit.errors import InvalidId

LARGEST_KEY = 2**63 - 1
CONTENT = re.compile(r"([A-Za-z]+):([1-9][0-9]{0,18})", re.ASCII)


def encode(type_name: str, key: int) -> strawberry.ID:
    """The id of an entity: base64url of `Type:key`, without padding."""
    content = f"{type_name}:{key}".encode()
    return strawberry.ID(base64.urlsafe_b64encode(content).rstrip(b"=").decode())


def decode(type_name: str, value: object) -> int:
    """The primary key in an id. Says nothing about whether it exists. Raises InvalidId, also for another type's id."""
    if not isinstance(value, str):
        raise InvalidId(type_name)
    try:
        content = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise InvalidId(type_name) from None
    match = CONTENT.fullmatch(content)
    # Re-encoding refuses other spellings of the same id: caches must see one.
    if match is None or match[1] != type_name or encode(type_name, int(match[2])) != value:
        raise InvalidId(type_name)
    key = int(match[2])
    if key > LARGEST_KEY:
        raise InvalidId(type_name)
    return key
