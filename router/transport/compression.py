"""Compresses answers: with what, by the client's Accept-Encoding, and where that is worth it."""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from router.remembered import remembered
from router.transport.answer import Answer
from router.transport.content_coding import CODINGS, ContentCoding
from router.transport.quality import items

_IDENTITY: Final = "identity"
_ALIASES: Final = {"x-gzip": "gzip"}


class _Choice(NamedTuple):
    """`always`: the client refuses what is not compressed."""

    coding: ContentCoding | None
    always: bool


class Compression:
    """`algorithms` in the order in which the router likes them, for clients that take several equally well."""

    def __init__(self, algorithms: Sequence[str], minimum_bytes: int) -> None:
        self._codings = tuple(CODINGS[name] for name in algorithms)
        self._minimum_bytes = minimum_bytes
        self._choose = remembered(self._choice)

    def coding_for(self, accept_encoding: bytes, size: int) -> ContentCoding | None:
        """None where the answer goes out as it is: too small, or the client likes that better."""
        coding, always = self._choose(accept_encoding)
        return coding if size >= self._minimum_bytes or (always and size) else None

    def _choice(self, accept_encoding: bytes) -> _Choice:
        """RFC 9110 section 12.5.3. A client that refuses everything gets the answer as it is."""
        listed = items(accept_encoding.decode("latin-1"))
        weights = {_ALIASES.get(item.name, item.name): item.quality for item in listed}
        others = weights.get("*", 0.0)
        refuses_identity = weights.get(_IDENTITY, weights.get("*", 1.0)) == 0
        best = max(self._codings, key=lambda coding: weights.get(coding.name, others), default=None)
        quality = weights.get(best.name, others) if best is not None else 0.0
        if quality == 0 or quality < weights.get(_IDENTITY, 0.0):
            return _Choice(None, always=False)
        return _Choice(best, refuses_identity)


async def compressed(answer: Answer, coding: ContentCoding) -> Answer:
    """In a thread where it would keep other requests waiting."""
    if len(answer.body) < coding.slow_from:
        body = coding.compress(answer.body)
    else:
        body = await asyncio.get_running_loop().run_in_executor(None, coding.compress, answer.body)
    headers = (*answer.headers, (b"content-encoding", coding.name.encode()))
    return msgspec.structs.replace(answer, headers=headers, body=body)
