"""What programs call: everything in them that does not depend on the operation."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, starmap
from typing import Annotated, Any, Final, Literal, NoReturn, Protocol, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from router.errors import JsonValue

NULL: Final = Raw(b"null")
Int: TypeAlias = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]

encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_read_floats: Final = msgspec.json.Decoder(list[float | None]).decode
_JSON_TYPES: Final = frozenset({"application/json", "application/graphql-response+json"})


class Deviation(Exception):
    """An answer is not as it should be, or has errors. What has been fetched is kept."""


class MissingInput(Exception):
    """An object lacks what its representation needs."""


class Response(Protocol):
    """The HTTP answer of a subgraph. Names of headers are in lower case."""

    @property
    def body(self) -> bytes:
        """That nobody has looked into."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Repeated ones joined."""


class Envelope(Protocol):
    """The class of a whole answer."""

    data: Any
    errors: list[Raw] | None


def read(response: Response, decode: Callable[[bytes], Envelope]) -> Any:
    """The data of an answer that is as it should be. Raises Deviation, or what msgspec raises."""
    if not is_json(response.headers.get("content-type", "")):
        raise Deviation
    answer = decode(response.body)
    if answer.errors:
        raise Deviation
    return answer.data


@lru_cache(maxsize=100)
def is_json(content_type: str) -> bool:
    """Whether it is one of the two media types of GraphQL over HTTP."""
    return content_type.partition(";")[0].strip().lower() in _JSON_TYPES


def deviate() -> NoReturn:
    """Leaves the program."""
    raise Deviation


def check_verbatim(response: Response) -> None:
    """Text that goes on unread has to be UTF-8, at least."""
    if not response.body.isascii():
        response.body.decode()


def check_floats(found: list[Raw]) -> None:
    """Whether each is a number or null, all at once. Raises msgspec.ValidationError."""
    if found:
        _read_floats(b"[" + b",".join(found) + b"]")


def check_nulls(value: Any, forbidden: Sequence[bool]) -> None:
    """From the outside in. Raises Deviation."""
    if value is None:
        if forbidden[0]:
            raise Deviation
    elif len(forbidden) > 1:
        for item in value:
            check_nulls(item, forbidden[1:])


def follow(value: Any, names: Sequence[str]) -> JsonValue:
    """The value of a context: through objects and lists of them."""
    for position, name in enumerate(names):
        if isinstance(value, list):
            return [follow(item, names[position:]) for item in value]
        value = getattr(value, name, None)
    return None if value is UNSET else value


def flat(value: Any, depth: int) -> Iterable[Any]:
    """The leaves in lists of lists, without the lists that are null."""
    if value is None or value is UNSET:
        return ()
    return chain.from_iterable(flat(item, depth - 1) for item in value) if depth > 1 else value


def variables(names: Iterable[str], values: Mapping[str, JsonValue]) -> bytes:
    """`"a":1,"b":2`: those that have a value."""
    return encode({name: values[name] for name in names if name in values})[1:-1]


def is_empty(value: JsonValue) -> bool:
    """Whether a representation says nothing but types."""
    if isinstance(value, dict):
        return all(is_empty(item) for key, item in value.items() if key != "__typename")
    return value is None or (isinstance(value, Raw) and value == NULL)


def merge(target: Struct, name: str, new: Any) -> None:
    """Puts a field into an object that may have it already: objects merge, null never replaces a value."""
    old = getattr(target, name)
    if old is UNSET or old is None:
        setattr(target, name, new)
    elif new is not None:
        setattr(target, name, _merged(old, new))


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, Struct) and isinstance(new, Struct):
        known = set(old.__struct_fields__)
        for name in new.__struct_fields__:
            value = getattr(new, name)
            if value is not UNSET and name in known and name != "typename_":
                merge(old, name, value)
        return old
    if isinstance(old, list) and isinstance(new, list):
        if len(old) == len(new):
            old[:] = [_merged_item(*items) for items in zip(old, new, strict=True)]
        return old
    return new


def _merged_item(old: Any, new: Any) -> Any:
    if old is None:
        return new
    return old if new is None else _merged(old, new)


NAMES: Final[Mapping[str, Any]] = {
    "Any": Any,
    "Int": Int,
    "Literal": Literal,
    "MissingInput": MissingInput,
    "NULL": NULL,
    "Raw": Raw,
    "Struct": Struct,
    "UNSET": UNSET,
    "UnsetType": UnsetType,
    "Decoder": msgspec.json.Decoder,
    "check_floats": check_floats,
    "check_nulls": check_nulls,
    "check_verbatim": check_verbatim,
    "defaultdict": defaultdict,
    "deviate": deviate,
    "encode": encode,
    "flat": flat,
    "follow": follow,
    "is_empty": is_empty,
    "merge": merge,
    "read": read,
    "starmap": starmap,
    "variables": variables,
}
"""The globals of a program."""
