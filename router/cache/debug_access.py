"""Who may ask where each field of an answer came from: everybody in development, else whoever has a signature for the query."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

HEADER: Final = "softfactory-cache-debug"
LONGEST_SECONDS: Final = 3600
"""A signature that is good for longer counts as none."""

_PLAIN: Final = b"1"
_SIGNED: Final = re.compile(rb"([0-9]{1,12})\.([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class DebugAccess:
    """`is_open`: `1` is enough. `key`: what signatures are made with. `clock`: seconds since 1970."""

    is_open: bool
    key: bytes | None
    clock: Callable[[], float]

    def allows(self, value: bytes, query: str) -> bool:
        """By the value of the header, for the text of a query."""
        if value == _PLAIN:
            return self.is_open
        signed = _SIGNED.fullmatch(value)
        if signed is None or self.key is None:
            return False
        until = int(signed[1])
        right = _signature(self.key, until, query).encode()
        return hmac.compare_digest(right, signed[2]) and 0 < until - self.clock() <= LONGEST_SECONDS


def sign(key: bytes, query: str, until: int) -> str:
    """The header's value, good until then, in seconds since 1970."""
    return f"{until}.{_signature(key, until, query)}"


def _signature(key: bytes, until: int, query: str) -> str:
    """HMAC-SHA256 of the time and of the SHA-256 of the query."""
    text = f"{until}.{hashlib.sha256(query.encode()).hexdigest()}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
