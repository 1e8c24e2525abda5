"""Reading a supergraph: what each subgraph resolves, what clients see, and what is refused."""

import pytest
from graphql import print_schema

from router.federation.supergraph import InvalidSupergraphError, Supergraph

HEAD = """
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | SCALAR
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @hidden on FIELD_DEFINITION | OBJECT | ENUM_VALUE | ARGUMENT_DEFINITION
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { A @join__graph(name: "alpha", url: "http://a") B_1 @join__graph(name: "b-1", url: "http://b") }
"""
SUPERGRAPH = (
    """
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hidden", for: SECURITY) { query: Query }
"""
    + HEAD
    + """
type Query @join__type(graph: A) @join__type(graph: B_1) {
  cat: Cat @join__field(graph: A, provides: "name")
  pets(limit: Int, secret: Int @hidden): [Pet!] @join__field(graph: B_1)
}
type Cat implements Animal @join__implements(graph: A, interface: "Animal")
  @join__type(graph: A, key: "id") @join__type(graph: B_1, key: "id", resolvable: false) @join__type(graph: B_1, key: "tag") {
  id: ID!
  tag: String @join__field(graph: B_1)
  age: Int @join__field
  name: String @join__field(graph: A, external: true) @join__field(graph: B_1)
  size: Int @join__field(graph: A, type: "Int!") @join__field(graph: B_1)
  weight: Int @join__field(graph: A, requires: "name") @hidden
  colour: String @join__field(graph: A, override: "b-1", overrideLabel: "new") @join__field(graph: B_1, overrideLabel: "new", usedOverridden: true)
}
type Dog implements Animal @join__implements(graph: A, interface: "Animal") @join__type(graph: A) @join__type(graph: B_1) { id: ID! age: Int @join__field }
type Ghost @join__type(graph: A) @hidden { boo: String }
interface Animal @join__type(graph: A, key: "id") @join__type(graph: B_1, key: "id", isInterfaceObject: true) {
  id: ID!
  age: Int @join__field(graph: B_1)
}
union Pet @join__type(graph: A) @join__type(graph: B_1) @join__unionMember(graph: A, member: "Cat")
  @join__unionMember(graph: B_1, member: "Cat") @join__unionMember(graph: B_1, member: "Dog") = Cat | Dog
enum Size @join__type(graph: A) { SMALL BIG @hidden }
"""
)


@pytest.fixture(scope="module")
def graph() -> Supergraph:
    return Supergraph.parse(SUPERGRAPH)


def test_subgraphs_by_their_names(graph: Supergraph) -> None:
    assert {name: info.url for name, info in graph.subgraphs.items()} == {
        "alpha": "http://a",
        "b-1": "http://b",
    }


def test_fields_of_each_subgraph(graph: Supergraph) -> None:
    here, there = (graph.subgraphs[name].types["Cat"] for name in ("alpha", "b-1"))
    assert sorted(here.fields) == ["colour", "id", "name", "size", "weight"]
    assert sorted(there.fields) == ["colour", "id", "name", "size", "tag"]
    assert here.fields["name"].external
    assert not there.fields["name"].external
    assert here.fields["size"].type.kind == "non_null_type"
    assert here.fields["weight"].requires is not None


def test_keys(graph: Supergraph) -> None:
    keys = [(key.text, key.resolvable) for key in graph.subgraphs["b-1"].types["Cat"].keys]
    assert keys == [("id", False), ("tag", True)]


def test_a_labelled_override_switches_both_sides(graph: Supergraph) -> None:
    here, there = (graph.subgraphs[name].types["Cat"].fields["colour"] for name in ("alpha", "b-1"))
    assert (here.override_label, here.overridden_by_label) == ("new", None)
    assert (there.override_label, there.overridden_by_label) == (None, "new")
    assert not there.external


def test_possible_types_differ_by_subgraph(graph: Supergraph) -> None:
    assert graph.subgraphs["alpha"].types["Pet"].possible == {"Cat"}
    assert graph.subgraphs["b-1"].types["Pet"].possible == {"Cat", "Dog"}
    assert graph.possible_types["Animal"] == {"Cat", "Dog"}


def test_an_interface_object_stands_for_types_that_its_subgraph_does_not_know(graph: Supergraph) -> None:
    animal = graph.subgraphs["b-1"].types["Animal"]
    assert animal.is_interface_object
    assert animal.possible == {"Animal"}
    assert not graph.view("b-1", "Cat").is_interface_object  # type: ignore[union-attr]


def test_clients_see_neither_joins_nor_inaccessible_elements(graph: Supergraph) -> None:
    shown = print_schema(graph.api_schema)
    for hidden in ("join__", "link__", "@hidden", "Ghost", "weight", "BIG", "secret"):
        assert hidden not in shown
    assert "weight" in graph.schema.type_map["Cat"].fields


REFUSED = {
    "no GraphQL": ("type {", "not valid GraphQL"),
    "a plain schema": ("type Query { a: Int }", "softfactory compose"),
    "an unknown graph": (
        'schema @link(url: "https://specs.apollo.dev/join/v0.3") { query: Query }'
        + HEAD
        + "type Query @join__type(graph: C) { a: Int }",
        "cannot be read",
    ),
    "a broken key": (
        'schema @link(url: "https://specs.apollo.dev/join/v0.3") { query: Query }'
        + HEAD
        + 'type Query @join__type(graph: A, key: "{{") { a: Int }',
        "field set",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidSupergraphError, match=message):
        Supergraph.parse(text)


def test_supergraphs_of_federation_1() -> None:
    graph = Supergraph.parse(
        """
        schema @core(feature: "https://specs.apollo.dev/core/v0.1") @core(feature: "https://specs.apollo.dev/join/v0.1") { query: Query }
        directive @core(feature: String!) repeatable on SCHEMA
        directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet) on FIELD_DEFINITION
        directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on OBJECT
        directive @join__owner(graph: join__Graph!) on OBJECT
        directive @join__graph(name: String!, url: String!) on ENUM_VALUE
        scalar join__FieldSet
        enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
        type Query { user: User @join__field(graph: A) top: Review @join__field(graph: B) }
        type User @join__owner(graph: A) @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
          id: ID! @join__field(graph: A)
          name: String @join__field(graph: A)
          reviews: [Review] @join__field(graph: B, requires: "name")
        }
        type Review { body: String author: User }
        """
    )
    first, second = graph.subgraphs["a"].types, graph.subgraphs["b"].types
    assert sorted(first["User"].fields) == ["id", "name"]
    assert sorted(second["User"].fields) == ["id", "name", "reviews"]
    assert second["User"].fields["name"].external
    assert sorted(second["Review"].fields) == ["author", "body"]
