"""What an event means: the form that docs/router.md gives for it, and everything else."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.cache.asked_names import AskedNames
from router.cache.outbox.event import MalformedEventError, read_event
from router.cache.outbox.understanding import understand
from router.cache.store import Invalidation
from tests.cache.outbox.processes import person


def payload(**named: Any) -> dict[str, str]:
    return {"payload": msgspec.json.encode({"cacheInvalidation": named, "more": 1}).decode()}


PERSON = Invalidation((person(7),), (), (), ("sf:list:Person",))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"entity_type": "Person", "entity_key": "7", "kind": "created"}, PERSON),
        ({"entity_type": "Person", "entity_key": "7", "payload": "", "other": "x"}, PERSON),
        ({"entity_type": "Person", "entity_key": '{"id": 7}', "payload": '{"status": "NEW"}'}, PERSON),
        (
            {"entity_type": "Pet", "entity_key": '{"kind": "cat", "number": 1}'},
            Invalidation(('Pet:["cat",1]',), (), (), ("sf:list:Pet",)),
        ),
        # At least what was meant: of a key that does not say which entity, all of the type.
        ({"entity_type": "Pet", "entity_key": "7"}, Invalidation((), (), ("Pet",), ("sf:list:Pet",))),
        ({"entity_type": "Person"}, Invalidation((), (), ("Person",), ("sf:list:Person",))),
        (payload(tags=["a", "b"]), Invalidation((), (), (), ("a", "b"))),
        (payload(types=["Address"]), Invalidation((), (), ("Address", "Person"), ("sf:list:Address", "sf:list:Person"))),
        (payload(fields=[{"__typename": "Query", "field": "people"}]), Invalidation((), (("Query:", "people"),))),
        (
            {"entity_type": "Person", "entity_key": "7", **payload(entities=[{"__typename": "Person", "id": 8}])},
            Invalidation((person(7), person(8)), (), (), ("sf:list:Person",)),
        ),
        ({"entity_type": "Chef", "entity_key": "7"}, Invalidation()),
        ({"entity_type": "Chef", "entity_key": "7", **payload(tags=["a"])}, Invalidation((), (), (), ("a",))),
    ],
)  # fmt: skip
def test_what_an_event_names(names: AskedNames, fields: Mapping[str, str], expected: Invalidation) -> None:
    event = read_event({name.encode(): value.encode() for name, value in fields.items()})
    assert understand(event, [names]) == expected


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "names nothing"),
        ({b"kind": b"created", b"payload": b"{}"}, "names nothing"),
        ({b"entity_key": b"7"}, "without an entity_type"),
        ({b"entity_type": b"\xff"}, "UTF-8"),
        ({b"entity_type": b"Person", b"entity_key": b"\xff"}, "UTF-8"),
        ({b"entity_type": b"Person", b"entity_key": b'{"id": '}, "truncated"),
        ({b"entity_type": b"Person", b"entity_key": b"7", b"payload": b"none"}, "malformed"),
        ({b"entity_type": b"Person", b"entity_key": b"7", b"payload": b"[]"}, "Expected `object`"),
        ({b"entity_type": b"Person", b"payload": b'{"cacheInvalidation": {"tags": "a"}}'}, "Expected `array`"),
        ({b"entity_type": b"Person", b"payload": b'{"a": ' + b"[" * 10_000}, "."),
        ({b"entity_type": b"Person", b"entity_key": b'{"a": ' + b"[" * 10_000}, "."),
        ({b"payload": b'{"cacheInvalidation": {"entities": [{"id": 1}], "fields": [{"field": 1}]}}'}, "names nothing"),
    ],
)  # fmt: skip
def test_what_is_no_event(fields: Mapping[bytes, bytes], why: str) -> None:
    with pytest.raises(MalformedEventError, match=why):
        read_event(fields)


@given(st.dictionaries(
    st.sampled_from([b"entity_type", b"entity_key", b"kind", b"payload", b"created_at"]),
    st.binary() | st.sampled_from([b"Person", b"7", b"{}", b'{"cacheInvalidation": null}', b"2026-06-15"]),
))  # fmt: skip
def test_any_bytes_are_an_event_or_none(fields: Mapping[bytes, bytes]) -> None:
    try:
        event = read_event(fields)
    except MalformedEventError:
        return
    assert event.asked
