"""The query to begin with, for graphs of every shape. Each must be valid."""

import pytest
from graphql import build_schema, parse, print_ast, validate

from router.explorer.first_query import first_query

CASES = [
    ("type Query { users: [User!]! } type User { id: ID! name: String }", "{ users { id name } }"),
    ("type Query { version: String user: User } type User { id: ID! }", "{ user { id } }"),
    ("type Query { version: String }", "{ version }"),
    ("type Query { user(id: ID!): User } type User { id: ID! }", "{ __typename }"),
    ("type Query { users(first: Int = 1): [User] } type User { friend: User tag(x: Int!): Int id: ID }", "{ users { id } }"),
    ("type Query { users: Connection } type Connection { edges: [Edge] } type Edge { node: Node } type Node { id: ID }",
     "{ users { edges { node { id } } } }"),
    ("type Query { found: Found } union Found = A type A { id: ID }", "{ found { __typename } }"),
    ("type Query { node: Node } interface Node { id: ID! } type A implements Node { id: ID! }", "{ node { id } }"),
    ("type Query { t: T } type T { a: Int b: Int c: Int d: Int e: Int f: Int }", "{ t { a b c d e } }"),
    ("type Query { t: T } type T { t(x: Int!): T }", "{ t { __typename } }"),
]  # fmt: skip


@pytest.mark.parametrize(("sdl", "selections"), CASES)
def test_is_written_from_the_schema(sdl: str, selections: str) -> None:
    schema = build_schema(sdl)

    query = first_query(schema)

    assert query == print_ast(parse(f"query FirstQuery {selections}"))
    assert validate(schema, parse(query)) == []
