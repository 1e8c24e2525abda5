"""How subgraphs' arguments for a directive that may stand once become the supergraph's."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from router.errors import JsonValue

Strategy: TypeAlias = Callable[[Sequence[JsonValue]], JsonValue]


def maximum(values: Sequence[JsonValue]) -> JsonValue:
    return max(values)


def nullable_maximum(values: Sequence[JsonValue]) -> JsonValue:
    """The highest, nulls aside."""
    return max((value for value in values if value is not None), default=None)


def nullable_and(values: Sequence[JsonValue]) -> JsonValue:
    """True only where all are, nulls aside."""
    present = [value for value in values if value is not None]
    return all(present) if present else None


def nullable_union(values: Sequence[JsonValue]) -> JsonValue:
    """Every item once, nulls aside."""
    present = [value for value in values if value is not None]
    return list(dict.fromkeys(item for value in present for item in value)) if present else None


def conjunction(values: Sequence[JsonValue]) -> JsonValue:
    """All of several conditions, each an OR of ANDs: their product, without what is implied by the rest."""
    result: list[frozenset[str]] = [frozenset()]
    for value in values:
        alternatives = [frozenset(each) for each in value]
        if not alternatives:
            continue
        result = [left | right for left in result for right in alternatives]
    distinct = list(dict.fromkeys(result))
    minimal = [each for each in distinct if not any(other < each for other in distinct)]
    return (
        sorted((sorted(each) for each in minimal), key=lambda each: (len(each), each))
        if distinct != [frozenset()]
        else []
    )


STRATEGIES: Mapping[str, Mapping[str, Strategy]] = {
    "requiresScopes": {"scopes": conjunction},
    "policy": {"policies": conjunction},
    "cost": {"weight": maximum},
    "listSize": {
        "assumedSize": nullable_maximum,
        "slicingArguments": nullable_union,
        "sizedFields": nullable_union,
        "requireOneSlicingArgument": nullable_and,
    },
}
DEFAULTS: Mapping[str, JsonValue] = {"requireOneSlicingArgument": True}
"""What an argument is where it is not given."""
NAMES: Mapping[Strategy, str] = {
    maximum: "MAX",
    nullable_maximum: "NULLABLE_MAX",
    nullable_and: "NULLABLE_AND",
    nullable_union: "NULLABLE_UNION",
    conjunction: "DNF_CONJUNCTION",
}
