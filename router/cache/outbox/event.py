"""One event of the stream: what it says is old now. docs/router.md, "Field cache: invalidation", has the form."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from router.cache.invalidation_request import Asked, OfType, OneEntity
from router.cache.named import Named


class MalformedEventError(ValueError):
    """Says why."""


class Event(NamedTuple):
    """`created_at` is aware, or None where that is not known."""

    asked: tuple[Asked, ...]
    created_at: datetime | None


class _Payload(msgspec.Struct):
    named: Named | None = msgspec.field(name="cacheInvalidation", default=None)


def read_event(fields: Mapping[bytes, bytes]) -> Event:
    """Other fields than those that are needed may be there. Raises MalformedEventError."""
    try:
        asked = (*_of_entity(fields), *_of_payload(fields.get(b"payload")))
    except UnicodeDecodeError:
        raise MalformedEventError("It is not UTF-8.") from None
    except (msgspec.MsgspecError, RecursionError) as error:
        raise MalformedEventError(str(error)) from None
    if not asked:
        raise MalformedEventError("It names nothing.")
    return Event(asked, _moment(fields.get(b"created_at", b"")))


def _of_entity(fields: Mapping[bytes, bytes]) -> Iterator[Asked]:
    type_name, key = fields.get(b"entity_type", b"").decode(), fields.get(b"entity_key", b"").decode()
    if key and not type_name:
        raise MalformedEventError("It has an entity_key without an entity_type.")
    if key:
        yield OneEntity(type_name, _key(key))
    elif type_name:
        yield OfType(type_name)


def _key(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any]) if text.startswith("{") else {"id": text}


def _of_payload(payload: bytes | None) -> Iterator[Asked]:
    if payload:
        named = msgspec.json.decode(payload, type=_Payload).named
        if named is not None:
            yield from named.asked()


def _moment(text: bytes) -> datetime | None:
    """It is only counted with, so one that cannot be read is none."""
    try:
        moment = datetime.fromisoformat(text.decode())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
