"""Which of the two media types of GraphQL over HTTP an answer has."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from router.errors import ClientError
from router.transport.quality import items

_NOT_ACCEPTABLE: Final = 406


class MediaType(Enum):
    """https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types"""

    GRAPHQL_RESPONSE = "application/graphql-response+json"
    JSON = "application/json"

    @property
    def content_type(self) -> str:
        """For the Content-Type header."""
        return f"{self.value}; charset=utf-8"


@dataclass(frozen=True, slots=True, order=True)
class _Match:
    """How well a client's `Accept` takes a media type; the greatest wins."""

    quality: float
    by_name: bool
    preferred: bool


def negotiate(accept: str | None) -> MediaType:
    """RFC 9110 section 12.5.1. Raises ClientError NOT_ACCEPTABLE.

    A client that names neither type gets application/json, which everything understands; one that names both, with
    the same weight, gets the newer type, whose status codes say more.
    """
    if not accept or not accept.strip():
        return MediaType.JSON
    ranges = dict(_ranges(accept))
    matches = {media_type: _match(media_type, ranges) for media_type in MediaType}
    best = max(matches, key=lambda media_type: matches[media_type])
    if matches[best].quality == 0:
        raise _not_acceptable("application/graphql-response+json or application/json")
    return best


def refuse_without_json(accept: str | None) -> None:
    """For an answer that only application/json can be. Raises ClientError NOT_ACCEPTABLE."""
    if accept and accept.strip() and _match(MediaType.JSON, dict(_ranges(accept))).quality == 0:
        raise _not_acceptable("application/json for a batch")


def _not_acceptable(wanted: str) -> ClientError:
    return ClientError("NOT_ACCEPTABLE", f"Accept {wanted}, in UTF-8.", status=_NOT_ACCEPTABLE)


def _match(media_type: MediaType, ranges: dict[str, float]) -> _Match:
    """The most specific range decides."""
    by_name = media_type.value in ranges
    preferred = media_type is (MediaType.GRAPHQL_RESPONSE if by_name else MediaType.JSON)
    names = (media_type.value, "application/*", "*/*")
    quality = next((ranges[name] for name in names if name in ranges), 0.0)
    return _Match(quality, by_name, preferred)


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for item in items(accept):
        if item.parameters.get("charset", "utf-8").strip('"') in ("utf-8", "utf8", "*"):
            yield item.name, item.quality
