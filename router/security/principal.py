"""Who asks, as a token says that has been verified."""

from collections.abc import Mapping

import msgspec

from router.errors import JsonValue


class Principal(msgspec.Struct, frozen=True):
    """`claims` are all of the token's. `digest` is the token's own, so equal ones have the same rights."""

    claims: Mapping[str, JsonValue]
    digest: bytes
