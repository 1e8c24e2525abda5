"""Loading an operation: what is refused, and with which code."""

import pytest

from router.errors import ClientError, ClientErrors
from router.federation.supergraph import Supergraph
from router.operation import coerce_variables, load_operation

SUPERGRAPH = Supergraph.parse(
    """
    schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
      @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) { query: Query mutation: Mutation }
    directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
    directive @join__graph(name: String!, url: String!) on ENUM_VALUE
    directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on OBJECT | ENUM
    directive @inaccessible on FIELD_DEFINITION
    scalar join__FieldSet
    scalar link__Import
    enum link__Purpose { SECURITY EXECUTION }
    enum join__Graph { A @join__graph(name: "a", url: "http://a") }
    enum Colour @join__type(graph: A) { RED GREEN }
    type Query @join__type(graph: A) { hello(times: Int! = 1, colour: Colour): String secret: String @inaccessible }
    type Mutation @join__type(graph: A) { greet: String }
    """
)

REFUSED = {
    "syntax error": ("{ hello", None, "GRAPHQL_PARSE_FAILED", "Expected Name"),
    "empty text": ("", None, "GRAPHQL_PARSE_FAILED", "Unexpected <EOF>"),
    "empty selection": ("{ }", None, "GRAPHQL_PARSE_FAILED", "Expected Name"),
    "nested too deeply": ("{" + "a{" * 100_000, None, "GRAPHQL_PARSE_FAILED", ""),
    "unknown field": (
        "{ helo }",
        None,
        "GRAPHQL_VALIDATION_FAILED",
        "Cannot query field 'helo' on type 'Query'.",
    ),
    "inaccessible field": ("{ secret }", None, "GRAPHQL_VALIDATION_FAILED", "Cannot query field 'secret'"),
    "reserved alias": ("{ __typename: hello }", None, "GRAPHQL_VALIDATION_FAILED", "reserved"),
    "no operation": ("fragment F on Query { hello }", None, "GRAPHQL_VALIDATION_FAILED", "never used"),
    "several operations": (
        "query A { hello } query B { hello }",
        None,
        "OPERATION_RESOLUTION_FAILURE",
        "several operations",
    ),
    "unknown operation": (
        "query A { hello }",
        "B",
        "OPERATION_RESOLUTION_FAILURE",
        'no operation called "B"',
    ),
}


@pytest.mark.parametrize(("text", "name", "code", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, name: str | None, code: str, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        load_operation(SUPERGRAPH, text, name)
    assert caught.value.code == code
    assert message in str(caught.value)


def test_every_validation_error_is_told() -> None:
    with pytest.raises(ClientErrors) as caught:
        load_operation(SUPERGRAPH, "{ helo wrld }")
    assert [error.locations[0].column for error in caught.value.errors] == [3, 8]


def test_the_named_operation_is_chosen() -> None:
    operation = load_operation(SUPERGRAPH, "query A { hello } mutation B { greet }", "B")
    assert (operation.kind.value, operation.name) == ("mutation", "B")


VARIABLES = {
    "default": ("query ($n: Int! = 3) { hello(times: $n) }", {}, {"n": 3}),
    "given": ("query ($n: Int! = 3) { hello(times: $n) }", {"n": 5}, {"n": 5}),
    "absent stays absent": ("query ($c: Colour) { hello(colour: $c) }", {}, {}),
    "enum": ("query ($c: Colour) { hello(colour: $c) }", {"c": "RED"}, {"c": "RED"}),
}


@pytest.mark.parametrize(("text", "values", "expected"), VARIABLES.values(), ids=VARIABLES)
def test_variables(text: str, values: dict[str, object], expected: dict[str, object]) -> None:
    assert coerce_variables(SUPERGRAPH, load_operation(SUPERGRAPH, text), values) == expected


@pytest.mark.parametrize("value", ["x", 1.5, None, [1]])
def test_variables_of_the_wrong_type(value: object) -> None:
    operation = load_operation(SUPERGRAPH, "query ($n: Int!) { hello(times: $n) }")
    with pytest.raises(ClientErrors) as caught:
        coerce_variables(SUPERGRAPH, operation, {"n": value})
    assert caught.value.code == "BAD_USER_INPUT"
    assert "$n" in caught.value.message
