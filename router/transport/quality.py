"""Lists in headers with a weight for each item, such as those of Accept: RFC 9110 section 12.4.2."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Item(NamedTuple):
    """Everything in lower case. `quality` is 1 where none is given, and 0 where that is not a weight."""

    name: str
    quality: float
    parameters: Mapping[str, str]


def items(header: str) -> Iterator[Item]:
    """In the order of the header; an empty one has one item without a name."""
    for item in header.split(","):
        name, *rest = (part.strip().lower() for part in item.split(";"))
        parameters = dict(_parameter(text) for text in rest)
        yield Item(name, _quality(parameters.get("q", "1")), parameters)


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
