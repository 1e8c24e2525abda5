"""A graph of four Federation 1 services, composed and read by the router."""

from graphql import parse

from router.composition import compose
from router.federation.print_schema import print_type
from router.federation.read_schema import SchemaReader
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from router.operation import load_operation
from router.planner import plan
from router.planner.printer import print_plan

SDL = {
    "people": """
        extend type Query { people: [Person!] person(id: ID!): Person }
        type Person @key(fields: "id") { id: ID! name: String handle: String }
    """,
    "goods": """
        extend type Query { goods(first: Int = 5): [Good] }
        type Good @key(fields: "code") { code: String! title: String price: Int mass: Int }
    """,
    "stock": """
        extend type Good @key(fields: "code") {
          code: String! @external
          mass: Int @external
          price: Int @external
          inStock: Boolean
          freight: Int @requires(fields: "price mass")
        }
    """,
    "opinions": """
        type Opinion @key(fields: "id") { id: ID! text: String author: Person @provides(fields: "handle") good: Good }
        extend type Person @key(fields: "id") { id: ID! @external handle: String @external opinions: [Opinion] }
        extend type Good @key(fields: "code") { code: String! @external opinions: [Opinion] }
    """,
}
SUBGRAPHS = [Subgraph(name, f"http://127.0.0.1/{name}", sdl) for name, sdl in SDL.items()]
GOOD = """type Good
  @join__type(graph: GOODS, key: "code")
  @join__type(graph: OPINIONS, key: "code")
  @join__type(graph: STOCK, key: "code")
{
  code: String!
  title: String @join__field(graph: GOODS)
  price: Int @join__field(graph: GOODS) @join__field(graph: STOCK, external: true)
  mass: Int @join__field(graph: GOODS) @join__field(graph: STOCK, external: true)
  opinions: [Opinion] @join__field(graph: OPINIONS)
  inStock: Boolean @join__field(graph: STOCK)
  freight: Int @join__field(graph: STOCK, requires: "price mass")
}"""
OPERATION = "{ people { name opinions { author { handle } good { title freight } } } goods { inStock } }"


def test_composes_what_federation_1_meant() -> None:
    result = compose(SUBGRAPHS)
    types = SchemaReader().read(parse(result.supergraph_sdl)).types
    assert print_type(types["Good"]) == GOOD
    assert 'author: Person @join__field(graph: OPINIONS, provides: "handle")' in result.supergraph_sdl
    assert "goods(first: Int = 5): [Good]" in result.api_schema_sdl
    assert result.hints == ()


def test_the_router_plans_over_it() -> None:
    graph = Supergraph.parse(compose(SUBGRAPHS).supergraph_sdl)
    text = print_plan(plan(graph, load_operation(graph, OPERATION)))
    assert {name for name in SDL if f'service: "{name}"' in text} == set(SDL)
