"""Sizes as a table."""

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

from router.errors import ClientError
from router.security.operation_size import OperationSize, measure, refuse_size, refuse_wide_document


def size_of(document: str) -> OperationSize:
    definitions = parse(document).definitions
    [operation] = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
    fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}
    return measure(operation, fragments)


@pytest.mark.parametrize(
    ("document", "depth", "fields"),
    [
        ("{ a }", 1, 1),
        ("{ a { b } c }", 2, 3),
        ("{ ... { ... on Query { a { b } } } }", 2, 2),
        ("{ a { ...F } } fragment F on T { b { c } }", 3, 3),
        ("{ a { ...F } b { ...F } } fragment F on T { c d }", 2, 6),
        ("{ a { ...F } ...G } fragment F on T { b } fragment G on T { x { y { z { ...F } } } }", 4, 6),
    ],
)
def test_counts_with_fragments_written_out(document: str, depth: int, fields: int) -> None:
    assert size_of(document) == (depth, fields)


def test_looks_at_a_fragment_once() -> None:
    """Each fragment spreads the next one twice: counting one by one would take longer than the universe has."""
    document = "{ ...F0 } " + " ".join(
        f"fragment F{i} on T {{ a {{ ...F{i + 1} }} b {{ ...F{i + 1} }} }}" for i in range(100)
    )

    assert size_of(f"{document} fragment F100 on T {{ a }}") == (101, 2**101 - 2 + 2**100)


@pytest.mark.parametrize(
    ("size", "code"), [((3, 5), "MAX_DEPTH_EXCEEDED"), ((2, 6), "MAX_FIELDS_EXCEEDED"), ((2, 5), None)]
)
def test_refuses_what_is_too_large(size: tuple[int, int], code: str | None) -> None:
    refused = None
    try:
        refuse_size(OperationSize(*size), OperationSize(depth=2, fields=5))
    except ClientError as error:
        refused = error.code
    assert refused == code


def test_a_document_is_refused_by_its_own_fields_before_it_is_valid() -> None:
    document = parse("{ a { b ... { c } } } query Q { d } fragment F on Nothing { e f }")
    refuse_wide_document(document, OperationSize(1, 6))
    with pytest.raises(ClientError) as error:
        refuse_wide_document(document, OperationSize(50, 5))
    assert error.value.code == "MAX_FIELDS_EXCEEDED"
