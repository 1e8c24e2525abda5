"""Depth as a table."""

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

from router.errors import ClientError
from router.security.depth import refuse_depth


@pytest.mark.parametrize(
    ("document", "depth"),
    [
        ("{ a }", 1),
        ("{ a { b } c }", 2),
        ("{ ... { ... on Query { a { b } } } }", 2),
        ("{ a { ...F } } fragment F on T { b { c } }", 3),
        ("{ a { ...F } ...G } fragment F on T { b } fragment G on T { x { y { z { ...F } } } }", 4),
    ],
)
def test_counts_fields_in_fields(document: str, depth: int) -> None:
    definitions = parse(document).definitions
    [operation] = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
    fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}

    refuse_depth(operation, fragments, depth)
    with pytest.raises(ClientError, match=f"{depth} levels deep, and at most {depth - 1}") as refused:
        refuse_depth(operation, fragments, depth - 1)
    assert refused.value.code == "MAX_DEPTH_EXCEEDED"


def test_looks_at_a_fragment_once() -> None:
    """Each fragment spreads the next one twice: counting all paths would take longer than the universe has."""
    size = 100
    document = "{ ...F0 } " + " ".join(
        f"fragment F{i} on T {{ a {{ ...F{i + 1} }} b {{ ...F{i + 1} }} }}" for i in range(size)
    )
    definitions = parse(f"{document} fragment F{size} on T {{ a }}").definitions
    fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}
    operation = definitions[0]
    assert isinstance(operation, OperationDefinitionNode)

    refuse_depth(operation, fragments, size + 1)
