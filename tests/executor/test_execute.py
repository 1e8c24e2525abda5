"""Plans of every kind, against subgraphs that are functions."""

import asyncio
from typing import Any

import pytest
from graphql import OperationType

from router.operation.request_body import encode_request
from router.planner.nodes import (
    LIST,
    ConditionNode,
    EntityInput,
    FetchNode,
    InputField,
    InputFragment,
    OnTypes,
    ParallelNode,
    Rename,
    SequenceNode,
)
from router.upstream.in_process import json_response
from router.upstream.subgraph import SubgraphRequest, SubgraphResponse

SCHEMA = """
type Query { me: User users: [User!] products: [Product!]! node: Node feed: [Feed] }
type Mutation { first: Int second: Int }
type User { id: ID! name: String! email: String reviews: [Review!] }
type Review { id: ID! body: String product: Product }
interface Node { id: ID! }
type Product implements Node { id: ID! upc: ID title: String price: Int tags: [String] inStock: Boolean }
union Feed = Review | Product
"""

PRODUCT_KEY = (InputFragment("Product", frozenset({"Product"}), (InputField("upc", "upc"),)),)
USER_KEY = (InputFragment("User", frozenset({"User"}), (InputField("id", "id"),)),)


def root(service: str, text: str, **more: Any) -> FetchNode:
    return FetchNode(service, text, more.pop("kind", OperationType.QUERY), more.pop("variables", ()), **more)


def entities(
    service: str, *inputs: EntityInput, text: str = "query($r:[_Any!]!){_entities(representations:$r)}"
) -> FetchNode:
    return FetchNode(service, text, OperationType.QUERY, (), entities=inputs)


def entity_input(*paths: tuple[str | OnTypes, ...], requires: Any = PRODUCT_KEY, **more: Any) -> EntityInput:
    return EntityInput(more.pop("alias", "_entities"), more.pop("variable", "r"), paths, requires, **more)


def by_upc(**fields: dict[str, Any]) -> Any:
    """Answers each representation with the fields for its upc; null for one that is not named."""

    def answer(request: SubgraphRequest) -> dict[str, Any]:
        return {"data": {"_entities": [fields.get(item["upc"]) for item in request.variables["r"]]}}

    return answer


PRODUCTS = {
    "data": {
        "products": [
            {"__typename": "Product", "upc": "1"},
            {"__typename": "Product", "upc": "2"},
            {"__typename": "Product", "upc": "1"},
        ]
    }
}
LIST_THEN_PRICES = SequenceNode(
    (root("catalog", "{products{__typename upc}}"), entities("prices", entity_input(("products", LIST))))
)


async def test_joins_entities_by_their_keys(graph: Any) -> None:
    shop = graph(SCHEMA, catalog=PRODUCTS, prices=by_upc(**{"1": {"price": 10}, "2": {"price": 20}}))
    assert await shop.run(LIST_THEN_PRICES, "{ products { price } }") == {
        "data": {"products": [{"price": 10}, {"price": 20}, {"price": 10}]}
    }


async def test_sends_equal_representations_once(graph: Any) -> None:
    shop = graph(SCHEMA, catalog=PRODUCTS, prices=by_upc(**{"1": {"price": 10}}))
    await shop.run(LIST_THEN_PRICES, "{ products { price } }")
    [request] = shop.subgraphs["prices"].requests
    assert request.variables == {
        "r": [{"__typename": "Product", "upc": "1"}, {"__typename": "Product", "upc": "2"}]
    }


async def test_an_entity_answered_with_null_leaves_nulls_without_errors(graph: Any) -> None:
    shop = graph(SCHEMA, catalog=PRODUCTS, prices=by_upc(**{"1": {"price": 10}}))
    assert await shop.run(LIST_THEN_PRICES, "{ products { upc price } }") == {
        "data": {
            "products": [{"upc": "1", "price": 10}, {"upc": "2", "price": None}, {"upc": "1", "price": 10}]
        }
    }


async def test_an_entity_answered_with_null_is_an_error_where_a_field_is_non_null(graph: Any) -> None:
    shop = graph(
        SCHEMA,
        accounts={"data": {"me": {"__typename": "User", "id": "1"}}},
        names={"data": {"_entities": [None]}},
    )
    plan = SequenceNode(
        (root("accounts", "{me{__typename id}}"), entities("names", entity_input(("me",), requires=USER_KEY)))
    )
    assert await shop.run(plan, "{ me { name } }") == {
        "data": {"me": None},
        "errors": [
            {
                "message": "Cannot return null for non-nullable field User.name.",
                "path": ["me", "name"],
                "extensions": {"code": "NON_NULL_FIELD_IS_NULL"},
            }
        ],
    }


@pytest.mark.parametrize(
    "products",
    [
        [],
        None,
        [None, None],
        [{"__typename": "Product"}],
        [{"__typename": "Product", "upc": None}],
        [{"upc": "1"}],
    ],
    ids=["empty list", "null", "nulls", "key not fetched", "key is null", "type not known"],
)
async def test_sends_nothing_where_no_object_can_be_sent(graph: Any, products: Any) -> None:
    shop = graph(
        SCHEMA.replace("[Product!]!", "[Product]"), catalog={"data": {"products": products}}, prices={}
    )
    await shop.run(LIST_THEN_PRICES, "{ products { price } }")
    assert shop.subgraphs["prices"].requests == []


async def test_the_same_entity_at_two_paths_keeps_two_objects(graph: Any) -> None:
    """A later fetch changes one of them only."""
    shop = graph(
        "type Query { a: P b: P } type P { upc: ID detail: Detail } type Detail { id: ID x: Int }",
        catalog={"data": {"a": {"__typename": "P", "upc": "1"}, "b": {"__typename": "P", "upc": "1"}}},
        details=by_upc(**{"1": {"detail": {"__typename": "Detail", "id": "7"}}}),
        extra={"data": {"_entities": [{"x": 5}]}},
    )
    key = (InputFragment("P", frozenset({"P"}), (InputField("upc", "upc"),)),)
    detail_key = (InputFragment("Detail", frozenset({"Detail"}), (InputField("id", "id"),)),)
    plan = SequenceNode(
        (
            root("catalog", "{a{__typename upc}b{__typename upc}}"),
            entities("details", entity_input(("a",), ("b",), requires=key)),
            entities("extra", entity_input(("b", "detail"), requires=detail_key)),
        )
    )
    assert await shop.run(plan, "{ a { detail { x } } b { detail { x } } }") == {
        "data": {"a": {"detail": {"x": None}}, "b": {"detail": {"x": 5}}}
    }
    assert len(shop.subgraphs["details"].requests[0].variables["r"]) == 1


async def test_one_request_carries_several_entity_inputs(graph: Any) -> None:
    shop = graph(
        SCHEMA,
        catalog={
            "data": {
                "products": [{"__typename": "Product", "upc": "1"}],
                "me": {"__typename": "User", "id": "u"},
            }
        },
        facts=lambda request: {"data": {"_e0": [{"price": 1}], "_e1": [{"email": "a@b"}]}},
    )
    plan = SequenceNode(
        (
            root("catalog", "{...}"),
            entities(
                "facts",
                entity_input(("products", LIST), alias="_e0", variable="r0"),
                entity_input(("me",), requires=USER_KEY, alias="_e1", variable="r1"),
            ),
        )
    )
    assert await shop.run(plan, "{ products { price } me { email } }") == {
        "data": {"products": [{"price": 1}], "me": {"email": "a@b"}}
    }
    [request] = shop.subgraphs["facts"].requests
    assert request.variables == {
        "r0": [{"__typename": "Product", "upc": "1"}],
        "r1": [{"__typename": "User", "id": "u"}],
    }


async def test_an_empty_input_beside_a_full_one_sends_an_empty_list(graph: Any) -> None:
    shop = graph(
        SCHEMA,
        catalog={"data": {"products": [], "me": {"__typename": "User", "id": "u"}}},
        facts={"data": {"_e0": [], "_e1": [{"email": "a@b"}]}},
    )
    fetch = entities(
        "facts",
        entity_input(("products", LIST), alias="_e0", variable="r0"),
        entity_input(("me",), requires=USER_KEY, alias="_e1", variable="r1"),
    )
    result = await shop.run(
        SequenceNode((root("catalog", "{...}"), fetch)), "{ products { price } me { email } }"
    )
    assert result == {"data": {"products": [], "me": {"email": "a@b"}}}
    assert shop.subgraphs["facts"].requests[0].variables["r0"] == []


async def test_paths_go_on_only_for_the_types_they_name(graph: Any) -> None:
    shop = graph(
        SCHEMA,
        news={
            "data": {
                "feed": [
                    {"__typename": "Review", "product": {"__typename": "Product", "upc": "1"}},
                    None,
                    {"__typename": "Product", "upc": "2"},
                ]
            }
        },
        prices=by_upc(**{"1": {"price": 10}, "2": {"price": 20}}),
    )
    plan = SequenceNode(
        (
            root("news", "{feed}"),
            entities("prices", entity_input(("feed", LIST, OnTypes(frozenset({"Review"})), "product"))),
        )
    )
    operation = "{ feed { ... on Review { product { price } } ... on Product { price } } }"
    assert await shop.run(plan, operation) == {
        "data": {"feed": [{"product": {"price": 10}}, None, {"price": None}]}
    }


async def test_renames_fields_of_roots_and_of_entities(graph: Any) -> None:
    shop = graph(
        SCHEMA,
        catalog={"data": {"_p": [{"__typename": "Product", "upc": "1"}]}},
        prices=by_upc(**{"1": {"_t": "tea", "_x": 1}}),
    )
    on_product = OnTypes(frozenset({"Product"}))
    renames = (Rename((on_product,), "_t", "title"), Rename((OnTypes(frozenset({"Review"})),), "_x", "price"))
    plan = SequenceNode(
        (
            root("catalog", "{_p:products{__typename upc}}", renames=(Rename((), "_p", "products"),)),
            entities("prices", entity_input(("products", LIST), renames=renames)),
        )
    )
    assert await shop.run(plan, "{ products { title price } }") == {
        "data": {"products": [{"title": "tea", "price": None}]}
    }


async def test_passes_the_named_variables_the_headers_and_the_operation_name(graph: Any) -> None:
    shop = graph(SCHEMA, catalog={"data": {}})
    fetch = root("catalog", "query Q($a:Int){me{id}}", variables=("a", "absent"), operation_name="Q")
    await shop.run(fetch, "{ me { id } }", {"a": 1, "other": 2}, headers={"authorization": "Bearer t"})
    assert shop.subgraphs["catalog"].requests == [
        SubgraphRequest(
            encode_request("query Q($a:Int){me{id}}", {"a": 1}, "Q"), {"authorization": "Bearer t"}
        )
    ]


async def test_mutations_run_one_after_the_other(graph: Any) -> None:
    log: list[str] = []

    def answer(request: SubgraphRequest) -> dict[str, Any]:
        assert request.mutation
        log.append(request.query)
        return {"data": {"first": 1}} if "first" in request.query else {"data": {"second": 2}}

    shop = graph(SCHEMA, a=answer, b=answer)
    plan = SequenceNode(
        (
            root("a", "mutation{first}", kind=OperationType.MUTATION),
            root("b", "mutation{second}", kind=OperationType.MUTATION),
        )
    )
    result = await shop.run(plan, "mutation { second first }")
    assert result == {"data": {"second": 2, "first": 1}}
    assert log == ["mutation{first}", "mutation{second}"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({"a": True}, ["yes"]), ({"a": False}, ["no"]), ({"a": None}, ["no"]), ({}, ["no"])],
)
async def test_conditions_choose_a_node(graph: Any, variables: dict[str, Any], expected: list[str]) -> None:
    shop = graph(SCHEMA, s={"data": {}})
    plan = ConditionNode("a", root("s", "yes"), root("s", "no"))
    await shop.run(plan, "{ me { email } }", variables)
    assert [request.query for request in shop.subgraphs["s"].requests] == expected


async def test_a_condition_without_a_node_does_nothing(graph: Any) -> None:
    shop = graph(SCHEMA, s={"data": {}})
    assert await shop.run(ConditionNode("a", root("s", "yes")), "{ me { email } }") == {"data": {"me": None}}
    assert shop.subgraphs["s"].requests == []


class Slow:
    """Answers when it is told to."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.asked = asyncio.Event()
        self.go = asyncio.Event()
        self.cancelled = False

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        self.asked.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return json_response({"data": self.data})


async def test_parallel_fetches_are_under_way_together_and_keep_the_clients_order(graph: Any) -> None:
    shop = graph(SCHEMA)
    slow, fast = Slow({"me": {"email": "a@b"}}), Slow({"users": []})
    shop.subgraphs = {"slow": slow, "fast": fast}
    plan = ParallelNode((root("slow", "{me{email}}"), root("fast", "{users{email}}")))
    running = asyncio.create_task(shop.run(plan, "{ me { email } users { email } }"))
    await asyncio.gather(slow.asked.wait(), fast.asked.wait())
    fast.go.set()
    await asyncio.sleep(0)
    slow.go.set()
    result = await running
    assert list(result["data"].items()) == [("me", {"email": "a@b"}), ("users", [])]


async def test_cancelling_cancels_the_fetches(graph: Any) -> None:
    shop = graph(SCHEMA)
    shop.subgraphs = {"a": Slow({}), "b": Slow({})}
    plan = ParallelNode((root("a", "{me}"), root("b", "{me}")))
    running = asyncio.create_task(shop.run(plan, "{ me { email } }"))
    await asyncio.gather(*(subgraph.asked.wait() for subgraph in shop.subgraphs.values()))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [subgraph.cancelled for subgraph in shop.subgraphs.values()] == [True, True]


async def test_two_roots_of_one_object_merge(graph: Any) -> None:
    shop = graph(SCHEMA, a={"data": {"me": {"id": "1", "email": "a@b"}}}, b={"data": {"me": {"name": "N"}}})
    plan = ParallelNode((root("a", "{me{id email}}"), root("b", "{me{name}}")))
    assert await shop.run(plan, "{ me { name email } }") == {"data": {"me": {"name": "N", "email": "a@b"}}}


PAYLOADS = """
type Query { me: Int you: Int }
type Mutation { change: [Payload] }
type Payload { ok: Boolean query: Query! }
"""


async def test_a_root_type_below_gets_the_data_of_a_root_fetch(graph: Any) -> None:
    shop = graph(
        PAYLOADS,
        a={"data": {"change": [{"ok": True, "query": {}}, None, {"ok": False, "query": {}}]}},
        b={"data": {"_me": 7}, "errors": [{"message": "x", "path": ["_me"]}]},
    )
    plan = SequenceNode(
        (
            root("a", "mutation{change{ok query{__typename}}}", kind=OperationType.MUTATION),
            root("b", "{_me:me}", path=("change", LIST, "query"), renames=(Rename((), "_me", "me"),)),
        )
    )
    result = await shop.run(plan, "mutation { change { query { me } } }")
    assert result["data"] == {"change": [{"query": {"me": 7}}, None, {"query": {"me": 7}}]}
    assert [error["path"] for error in result["errors"]] == [
        ["change", 0, "query", "me"],
        ["change", 2, "query", "me"],
    ]
    assert [request.mutation for request in shop.subgraphs["b"].requests] == [False]


async def test_a_root_fetch_for_nothing_is_not_sent(graph: Any) -> None:
    shop = graph(PAYLOADS, a={"data": {"change": None}}, b={"data": {}})
    plan = SequenceNode((root("a", "mutation{change}"), root("b", "{me}", path=("change", LIST, "query"))))
    assert await shop.run(plan, "mutation { change { query { me } } }") == {"data": {"change": None}}
    assert shop.subgraphs["b"].requests == []


INTERFACE_OBJECTS = """
type Query { media: [Media!] }
interface Media { id: ID! title: String views: Int }
type Book implements Media { id: ID! title: String views: Int }
"""


async def test_an_interface_object_keeps_its_concrete_type(graph: Any) -> None:
    library = graph(
        INTERFACE_OBJECTS,
        books={"data": {"media": [{"__typename": "Book", "id": "1", "title": "T"}]}},
        views=lambda request: {"data": {"_entities": [{**r, "views": 3} for r in request.variables["r"]]}},
    )
    requires = (InputFragment("Media", frozenset({"Book"}), (InputField("id", "id"),), typename="Media"),)
    plan = SequenceNode(
        (root("books", "{media}"), entities("views", entity_input(("media", LIST), requires=requires)))
    )
    assert await library.run(plan, "{ media { __typename title views } }") == {
        "data": {"media": [{"__typename": "Book", "title": "T", "views": 3}]}
    }
    assert library.subgraphs["views"].requests[0].variables == {"r": [{"__typename": "Media", "id": "1"}]}


async def test_an_interface_object_learns_its_concrete_type(graph: Any) -> None:
    library = graph(
        INTERFACE_OBJECTS,
        views={"data": {"media": [{"__typename": "Media", "id": "1", "views": 3}]}},
        books={"data": {"_entities": [{"__typename": "Book", "title": "T"}]}},
    )
    requires = (InputFragment("Media", frozenset({"Book"}), (InputField("id", "id"),)),)
    plan = SequenceNode(
        (root("views", "{media}"), entities("books", entity_input(("media", LIST), requires=requires)))
    )
    assert await library.run(plan, "{ media { ... on Book { title } __typename views } }") == {
        "data": {"media": [{"title": "T", "__typename": "Book", "views": 3}]}
    }


async def test_nothing_to_fetch(graph: Any) -> None:
    assert await graph(SCHEMA).run(None, "{ __typename again: __typename }") == {
        "data": {"__typename": "Query", "again": "Query"}
    }
