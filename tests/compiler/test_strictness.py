"""What a subgraph may send, what of it reaches the client, and that both ways agree on it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from router.compiler.conditions import decide
from router.compiler.emit import emit
from router.compiler.lay_out import lay_out
from router.compiler.not_compilable import NotCompilableError
from router.compiler.program import load
from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from router.operation import load_operation
from router.planner import plan
from router.upstream.subgraph import SubgraphRequest, SubgraphResponse
from tests.compiler.both import Both, both

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@requires", "@external"])'
SHOP = f"""
{LINK}
scalar Json
enum Size {{ SMALL LARGE }}
type Query {{ item: Item items: [Item!] strict: Item! found: [Found] }}
interface Named {{ name: String }}
union Found = Item | Person
type Person implements Named {{ name: String age: Int }}
type Item implements Named @key(fields: "id") {{
  id: ID! name: String count: Int! price: Float ratio: Float! size: Size json: Json data: Json! prices: [Float!] ok: Boolean
  code: Json big: [Json!]
}}
"""
STOCK = f"""
{LINK}
scalar Json
type Item @key(fields: "id") {{ id: ID! left: Int shelf: Shelf sure: Int! code: Json @external label: String @requires(fields: "code") }}
type Shelf {{ row: Int! place: Json }}
"""
SUPERGRAPH = Supergraph.parse(
    compose(
        [Subgraph("shop", "http://shop.invalid", SHOP), Subgraph("stock", "http://stock.invalid", STOCK)]
    ).supergraph_sdl
)


@dataclass
class Fixed:
    """Answers these bytes, whatever is asked."""

    body: str | bytes
    content_type: str = "application/json"

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        body = self.body.encode() if isinstance(self.body, str) else self.body
        return SubgraphResponse(body, 200, {"content-type": self.content_type})


async def run(
    query: str, shop: str | bytes, stock: str | bytes = "", variables: Mapping[str, object] | None = None
) -> Both:
    operation = load_operation(SUPERGRAPH, query)
    transports = {"shop": Fixed(shop), "stock": Fixed(stock)}
    found = await both(SUPERGRAPH, operation, plan(SUPERGRAPH, operation), transports, variables)
    assert found.compiled == found.interpreted
    assert found.reason is None
    return found


# field, the subgraph's text, the client's
VERBATIM = [
    ("price", "1.50", "1.50"),
    ("price", "10", "10"),
    ("price", "1E+2", "1E+2"),
    ("price", "0.1234567890123456789", "0.1234567890123456789"),
    ("price", "null", "null"),
    ("prices", "[1.0,2.50]", "[1.0,2.50]"),
    ("json", '{"b": 1.10, "a":[1e5, null], "b":"\\u00e9\\/"}', '{"b": 1.10, "a":[1e5, null], "b":"\\u00e9\\/"}'),
    ("json", "123456789012345678901234567890", "123456789012345678901234567890"),
    ("json", "-0", "-0"),
    ("json", '"2026-01-01T00:00:00Z"', '"2026-01-01T00:00:00Z"'),
    ("data", "false", "false"),
    ("big", "[18446744073709551616,1.0]", "[18446744073709551616,1.0]"),
    ("name", '"한글 🎉 \\" \\\\ \\n"', '"한글 🎉 \\" \\\\ \\n"'),
    ("name", '"\\ud83c\\udf89\\u0000"', '"🎉\\u0000"'),
    ("count", "-2147483648", "-2147483648"),
    ("size", '"LARGE"', '"LARGE"'),
]  # fmt: skip


@pytest.mark.parametrize(("field", "sent", "shown"), VERBATIM)
async def test_values_survive(field: str, sent: str, shown: str) -> None:
    found = await run(f"{{ item {{ {field} }} }}", f'{{"data":{{"item":{{"{field}":{sent}}}}}}}')
    assert found.compiled.decode() == f'{{"data":{{"item":{{"{field}":{shown}}}}}}}'
    assert found.went_on


# field, what the subgraph sends, the path of the error, data
WRONG = [
    ("name", "5", ["item", "name"], '{"item":{"name":null}}'),
    ("name", "{}", ["item", "name"], '{"item":{"name":null}}'),
    ("count", "null", ["item", "count"], '{"item":null}'),
    ("count", "1.5", ["item", "count"], '{"item":null}'),
    ("count", "2147483648", ["item", "count"], '{"item":null}'),
    ("price", '"1"', ["item", "price"], '{"item":{"price":null}}'),
    ("price", "true", ["item", "price"], '{"item":{"price":null}}'),
    ("prices", "[1,null]", ["item", "prices", 1], '{"item":{"prices":null}}'),
    ("prices", '[1,"2"]', ["item", "prices", 1], '{"item":{"prices":null}}'),
    ("ratio", "null", ["item", "ratio"], '{"item":null}'),
    ("data", "null", ["item", "data"], '{"item":null}'),
    ("big", "[null]", ["item", "big", 0], '{"item":{"big":null}}'),
    ("size", '"HUGE"', ["item", "size"], '{"item":{"size":null}}'),
    ("ok", "0", ["item", "ok"], '{"item":{"ok":null}}'),
]  # fmt: skip


@pytest.mark.parametrize(("field", "sent", "path", "data"), WRONG)
async def test_a_wrong_value_becomes_null_as_far_up_as_it_has_to(
    field: str, sent: str, path: list[str | int], data: str
) -> None:
    found = await run(f"{{ item {{ {field} }} }}", f'{{"data":{{"item":{{"{field}":{sent}}}}}}}')
    assert found.compiled.decode().startswith(f'{{"data":{data},"errors":[{{"message":')
    assert f'"path":{str(path).replace(chr(39), chr(34)).replace(" ", "")}' in found.compiled.decode()
    assert found.runner.deviations == 1


async def test_values_that_can_be_mended_are_mended() -> None:
    found = await run("{ item { id count } }", '{"data":{"item":{"id":5,"count":1.0}}}')
    assert found.compiled == b'{"data":{"item":{"id":"5","count":1}}}'


async def test_what_nobody_asked_for_is_dropped() -> None:
    shop = '{"data":{"item":{"id":"1","left":99,"secret":1,"name":"n"},"more":{}},"extensions":{"trace":1}}'
    found = await run("{ item { left name } }", shop, '{"data":{"_entities":[{"left":3,"name":"stolen"}]}}')
    assert found.compiled == b'{"data":{"item":{"left":3,"name":"n"}}}'


async def test_keys_and_type_names_for_the_routers_own_use_stay_inside() -> None:
    shop = '{"data":{"items":[{"__typename":"Item","id":"1"}]}}'
    found = await run("{ items { left } }", shop, '{"data":{"_entities":[{"left":3}]}}')
    assert found.compiled == b'{"data":{"items":[{"left":3}]}}'
    assert found.went_on


async def test_type_names_that_were_asked_for_are_where_they_were_asked() -> None:
    query = "{ items { left kind: __typename id __typename } here: __typename }"
    shop = '{"data":{"items":[{"__typename":"Item","kind":"Item","id":"1"}]}}'
    found = await run(query, shop, '{"data":{"_entities":[{"left":3}]}}')
    assert (
        found.compiled
        == b'{"data":{"items":[{"left":3,"kind":"Item","id":"1","__typename":"Item"}],"here":"Query"}}'
    )
    assert found.went_on


async def test_fields_that_types_share_keep_the_order_of_each() -> None:
    query = "{ found { ... on Item { name count } ... on Person { age name } } }"
    shop = '{"data":{"found":[{"__typename":"Person","name":"P","age":1},null,{"__typename":"Item","count":2,"name":"I"}]}}'
    found = await run(query, shop)
    assert found.compiled == b'{"data":{"found":[{"age":1,"name":"P"},null,{"name":"I","count":2}]}}'
    assert found.went_on


@pytest.mark.parametrize(
    "item",
    [
        '{"__typename":"Person","name":"P","age":1,"count":2}',
        '{"__typename":"Person","name":"P"}',
        '{"__typename":"Nobody","name":"P","age":1}',
        '{"name":"P","age":1}',
    ],
)
async def test_objects_of_several_types_are_checked_by_their_own(item: str) -> None:
    query = "{ found { __typename ... on Item { name count } ... on Person { age name } } }"
    found = await run(query, f'{{"data":{{"found":[{item}]}}}}')
    assert found.runner.deviations == 1


async def test_an_unknown_entity_leaves_nulls() -> None:
    shop = '{"data":{"items":[{"id":"1"},{"id":"2"},{"id":"1"}]}}'
    found = await run(
        "{ items { id left shelf { row } } }",
        shop,
        '{"data":{"_entities":[null,{"left":1,"shelf":{"row":2}}]}}',
    )
    assert found.compiled == (
        b'{"data":{"items":[{"id":"1","left":null,"shelf":null},{"id":"2","left":1,"shelf":{"row":2}},'
        b'{"id":"1","left":null,"shelf":null}]}}'
    )
    assert found.went_on


async def test_an_unknown_entity_may_not_leave_nulls_where_none_may_be() -> None:
    shop = '{"data":{"items":[{"id":"1"},{"id":"2"}]}}'
    found = await run("{ items { sure } }", shop, '{"data":{"_entities":[null,{"sure":1}]}}')
    assert b'"data":{"items":null},"errors":[' in found.compiled
    assert found.runner.deviations == 1


async def test_a_custom_scalar_is_sent_on_as_it_came() -> None:
    shop = '{"data":{"items":[{"id":"1","code":{"x": 1.0}},{"id":"2","code":null},{"id":"3","code":1.10}]}}'
    stock = '{"data":{"_entities":[{"label":"a"},{"label":"b"},{"label":"c"}]}}'
    found = await run("{ items { label } }", shop, stock)
    assert found.compiled == b'{"data":{"items":[{"label":"a"},{"label":"b"},{"label":"c"}]}}'
    assert found.went_on


BROKEN = [
    b"",
    b"[]",
    b"null",
    b'{"data":{"item":{"name":"a"}}',
    b'{"data":{"item":{"name":"\xff"}}}',
    b'{"data":{"item":{"json":"\xff"}}}',
    b'{"data":[]}',
    b"{}",
    b'{"errors":null}',
    b'{"errors":{}}',
    b'{"data":{"item":null},"errors":[1]}',
    b'{"data":{"item":{"name":"a","json":1}},"errors":[{"message":"m"}]}',
    b'{"data":' + b'{"item":' * 5000 + b"1" + b"}" * 5000 + b"}",
]


@pytest.mark.parametrize("body", BROKEN)
async def test_broken_answers_are_errors(body: bytes) -> None:
    found = await run("{ item { name json } }", body)
    assert b'"errors":[{"message":' in found.compiled
    assert found.runner.deviations == 1


async def test_no_errors_may_be_said_in_two_ways() -> None:
    for errors in ("null", "[]"):
        found = await run("{ item { name } }", f'{{"data":{{"item":{{"name":"a"}}}},"errors":{errors}}}')
        assert found.compiled == b'{"data":{"item":{"name":"a"}}}'
        assert found.went_on


async def test_a_program_is_for_one_set_of_conditions() -> None:
    query = "query($a: Boolean!) { item { id @skip(if: $a) name @include(if: $a) } }"
    shop = {True: '{"data":{"item":{"name":"n"}}}', False: '{"data":{"item":{"id":"1"}}}'}
    for value, shown in ((True, b'{"name":"n"}'), (False, b'{"id":"1"}')):
        found = await run(query, shop[value], variables={"a": value})
        assert found.compiled == b'{"data":{"item":' + shown + b"}}"
        assert found.went_on


async def test_strings_of_the_client_cannot_end_the_programs_own() -> None:
    query = "query($a: Boolean!) { found @include(if: $a) { ... on Item { name } } item { name } }"
    operation = load_operation(SUPERGRAPH, query)
    query_plan = plan(SUPERGRAPH, operation)
    for text in ('"""', "\\", 'end"', "\x00", "\ud800", "{}", "한글"):
        code = emit(
            lay_out(decide(query_plan, {}), operation.definition, operation.fragments, SUPERGRAPH, {}),
            decide(query_plan, {}),
            f"{text}\n",
        )
        assert load(code, (), ()).run


async def test_what_python_refuses_is_not_compiled() -> None:
    with pytest.raises(NotCompilableError, match="Python refuses its code: SyntaxError"):
        load("def", (), ())
