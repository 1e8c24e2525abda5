"""Operations made to hurt, on a graph made to be hurt: an interface of 300 types over three subgraphs."""

from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph

TYPES = 300
_LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])\n'
_USERS = """
type Query { nodes: [Node!]! user: User }
interface Node { id: ID! peers: [Node!]! }
type User @key(fields: "id") { id: ID! name: String friend: User items(first: Int, filter: Filter, ids: [ID!]): [User!] }
input Filter { and: [Filter!] or: Filter n: Int }
"""


def hostile_graph() -> Supergraph:
    """Composed anew each time."""
    of_types = {
        "a": ("type {} implements Node", "id: ID! peers: [Node!]! own: Int"),
        "b": ("type {}", "id: ID! price: Int owner: User"),
        "c": ("type {}", "id: ID! stock: Int"),
    }
    users = {"a": _USERS, "b": 'type User @key(fields: "id") { id: ID! age: Int }', "c": ""}
    subgraphs = []
    for name, (head, fields) in of_types.items():
        types = "".join(f'{head.format(f"T{n}")} @key(fields: "id") {{ {fields} }}\n' for n in range(TYPES))
        subgraphs.append(Subgraph(name, f"http://{name}", _LINK + users[name] + types))
    return Supergraph.parse(compose(subgraphs).supergraph_sdl)


def _all(fields: str) -> str:
    return " ".join(f"... on T{n} {{ {fields} }}" for n in range(TYPES))


def _nested(count: int, opening: str, inner: str, closing: str = "}") -> str:
    return f"{opening} " * count + inner + f" {closing}" * count


def _many(count: int, text: str) -> str:
    return " ".join(text.replace("#", str(number)) for number in range(count))


def _fan_out(depth: int) -> str:
    levels = " ".join(f"fragment F{n} on Node {{ ...G peers {{ ...F{n + 1} }} }}" for n in range(depth - 1))
    return f"{{ nodes {{ ...F0 }} }} {levels} fragment F{depth - 1} on Node {{ ...G }} fragment G on Node {{ {_all('price stock')} }}"


PLANNED = None
ATTACKS: dict[str, tuple[str, str | None]] = {
    "a cycle of fragments": (
        "{ user { ...A } } fragment A on User { friend { ...B } } fragment B on User { friend { ...A } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a bomb of fragments, two to the power of thirty fields": (
        "{ user { ...F0 } } fragment F30 on User { name } "
        + " ".join(
            f"fragment F{n} on User {{ a: friend {{ ...F{n + 1} }} b: friend {{ ...F{n + 1} }} }}"
            for n in range(30)
        ),
        "MAX_FIELDS_EXCEEDED",
    ),
    "a bomb of fragments without fields": (
        "{ user { ...F0 } } fragment F150 on User { name } "
        + " ".join(f"fragment F{n} on User {{ ...F{n + 1} ...F{n + 1} ...F{n + 1} }}" for n in range(150)),
        "MAX_FIELDS_EXCEEDED",
    ),
    "10,000 aliases": ("{ user { " + _many(10_000, "a#: name") + " } }", "QUERY_TOO_LARGE"),
    "as many aliases as the limits let through": (
        "{ user { " + _many(3_300, "a#: name") + " } }",
        PLANNED,
    ),
    "aliases of entities": ("{ " + _many(1_400, "a#: user { age }") + " }", PLANNED),
    "1,000 levels": ("{ user { " + _nested(998, "friend {", "name") + " } }", "GRAPHQL_PARSE_FAILED"),
    "100 levels": ("{ user { " + _nested(98, "friend {", "name") + " } }", "MAX_DEPTH_EXCEEDED"),
    "300 types, twice": (_fan_out(2), PLANNED),
    "300 types, 4 levels deep": (_fan_out(4), "QUERY_PLAN_TOO_COMPLEX"),
    "300 types, 40 levels deep": (_fan_out(40), "MAX_FIELDS_EXCEEDED"),
    "10,000 times the same field": ("{ user { " + "id " * 9_990 + "} }", "MAX_FIELDS_EXCEEDED"),
    "1,400 times the same fields in fields": (
        "{ user { " + "friend { friend { name } } " * 1_400 + "} }",
        PLANNED,
    ),
    "the same fields in 700 fragments": (
        "{ user { " + _many(700, "...F#") + " } } " + _many(700, "fragment F# on User { friend { name } }"),
        PLANNED,
    ),
    "2,400 variables": (
        "query(" + _many(2_400, "$v#: Int") + ") { user { name } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "550 conditions": (
        "query("
        + _many(550, "$v#: Boolean = true")
        + ") { user { "
        + _many(550, "a#: age @include(if: $v#)")
        + " } }",
        PLANNED,
    ),
    "a long string": ('{ user { items(ids: ["' + "x" * 99_000 + '"]) { name } } }', PLANNED),
    "a long list": ("{ user { items(ids: [" + "1 " * 9_900 + "]) { name } } }", PLANNED),
    "1,200 operations": (_many(1_200, "query Q# { user { name } }"), PLANNED),
    "4,900 directives nobody knows": ("{ user { name " + "@a " * 4_900 + "} }", "GRAPHQL_VALIDATION_FAILED"),
    "10,000 directives": ("{ user { name " + "@include(if: true) " * 10_000 + "} }", "QUERY_TOO_LARGE"),
    "1,400 conditions on one field": (
        "{ user { name " + "@include(if: true) " * 1_400 + "} }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "input in input": (
        "{ user { items(filter: " + _nested(400, "{or:", "{n: 1}") + ") { name } } }",
        "GRAPHQL_PARSE_FAILED",
    ),
    "lists in lists": (
        "{ user { items(ids: " + _nested(1_500, "[", "1", "]") + ") { name } } }",
        "GRAPHQL_PARSE_FAILED",
    ),
    "1,900 inputs": ("{ user { items(filter: {and: [" + "{n: 1} " * 1_900 + "]}) { name } } }", PLANNED),
    "introspection in introspection": (
        "{ __schema { types { " + _nested(6, "fields { type {", "name", "} }") + " } } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
}
