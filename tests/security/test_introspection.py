"""What a closed schema keeps to itself."""

from contextlib import nullcontext

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

from router.errors import ClientError, ClientErrors
from router.security.introspection import refuse_introspection, without_suggestions

CASES = [
    ("{ __schema { types { name } } }", True),
    ('{ alias: __type(name: "A") { name } }', True),
    ("{ a ... { ... on Query { __schema { types { name } } } } }", True),
    ("{ ...F } fragment F on Query { ...G } fragment G on Query { __schema { types { name } } }", True),
    ("{ __typename }", False),
    ("{ a { __typename } ...F } fragment F on Query { b }", False),
]


@pytest.mark.parametrize(("document", "refused"), CASES)
def test_refuses_what_asks_for_the_schema(document: str, refused: bool) -> None:
    definitions = parse(document).definitions
    operation = definitions[0]
    fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}
    assert isinstance(operation, OperationDefinitionNode)

    with pytest.raises(ClientError, match="Introspection is disabled") if refused else nullcontext():
        refuse_introspection(operation, fragments)


def test_takes_out_suggestions() -> None:
    errors = ClientErrors(
        [
            ClientError(
                "A", "Cannot query field 'peopel' on type 'Query'. Did you mean 'people' or 'person'?"
            ),
            ClientError("B", "Plain.", path=["x"], extensions={"y": 1}),
        ]
    )

    kept = without_suggestions(errors)

    assert isinstance(kept, ClientErrors)
    assert [error.to_json() for error in kept.errors] == [
        {"message": "Cannot query field 'peopel' on type 'Query'.", "extensions": {"code": "A"}},
        {"message": "Plain.", "path": ["x"], "extensions": {"code": "B", "y": 1}},
    ]
