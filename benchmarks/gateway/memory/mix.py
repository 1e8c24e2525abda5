"""What clients send: mostly the same queries, many that nobody has sent before, and some that are wrong or not waited for."""

import random
from collections import deque
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final, NamedTuple

import msgspec
from graphql import GraphQLSchema

from benchmarks.gateway.memory.operations import Operation, operations

_REMEMBERED: Final = 500
_TOO_LONG: Final = 150_000


class Kind(Enum):
    """The value is how many of a hundred requests are of it."""

    REPEATED = 50
    NEW = 22
    AGAIN = 12
    INVALID = 10
    ABORTED = 6


class Sent(NamedTuple):
    """`body` is a request's, well formed or not."""

    kind: Kind
    body: bytes


def requests(schema: GraphQLSchema, repeated: Sequence[bytes], seed: int) -> Iterator[Sent]:
    """Without end, and the same ones for the same seed."""
    source = random.Random(seed)
    fresh = operations(schema, seed)
    sent: deque[bytes] = deque([_body(next(fresh))], maxlen=_REMEMBERED)
    kinds, weights = list(Kind), [kind.value for kind in Kind]
    while True:
        [kind] = source.choices(kinds, weights)
        if kind is Kind.REPEATED:
            yield Sent(kind, source.choice(repeated))
        elif kind is Kind.AGAIN:
            yield Sent(kind, source.choice(sent))
        elif kind is Kind.INVALID:
            yield Sent(kind, _invalid(next(fresh), source))
        else:
            body = _body(next(fresh))
            if kind is Kind.NEW:
                sent.append(body)
            yield Sent(kind, body)


def _body(operation: Operation) -> bytes:
    return msgspec.json.encode({"query": operation.text, "variables": operation.variables})


def _invalid(operation: Operation, source: random.Random) -> bytes:
    """In one of the ways in which a request can be; the text is another one each time."""
    text = operation.text
    number = source.randrange(1_000_000)
    bodies = (
        _body(Operation(text.replace("{", f"{{ unknown{number} ", 1), operation.variables)),
        _body(Operation(text[: -1 - source.randrange(len(text) // 2)], operation.variables)),
        _body(Operation(f"query($v: Int!) {{ a{number}: __typename @include(if: $v) }}", {"v": "text"})),
        _body(Operation("{ " * source.randrange(60, 2000))),
        _body(Operation(f"{{ a{number}: __typename }} #" + "x" * _TOO_LONG)),
        msgspec.json.encode({"variables": {"number": number}}),
        b'{"query": "{ __typename }", "number": %d' % number,
        b"\xff\xfe%d" % number,
    )
    return source.choice(bodies)
