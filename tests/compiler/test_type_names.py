"""Type names are shown where they are asked for, under the client's names for them, and nowhere else."""

import pytest

from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from router.operation import load_operation
from router.planner import plan
from tests.compiler.both import both
from tests.compiler.test_strictness import Fixed

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@interfaceObject"])'
SHOP = f"""
{LINK}
type Query {{ found: [Found] }}
union Found = Item | Person
type Item {{ shelf: Shelf }}
type Person {{ shelf: Shelf }}
type Shelf {{ row: Int place: String name: String! }}
interface Media @key(fields: "id") {{ id: ID! }}
type Book implements Media @key(fields: "id") {{ id: ID! pages: Int }}
type Film implements Media @key(fields: "id") {{ id: ID! }}
"""
LIKES = f"""
{LINK}
type Query {{ popular: [Media] }}
type Media @key(fields: "id") @interfaceObject {{ id: ID! likes: Int }}
"""
SUPERGRAPH = Supergraph.parse(
    compose(
        [Subgraph("shop", "http://shop.invalid", SHOP), Subgraph("likes", "http://likes.invalid", LIKES)]
    ).supergraph_sdl
)


async def answered(query: str, shop: str, likes: str = "") -> bytes:
    """By a program that comes to its end, and as the interpreter does."""
    operation = load_operation(SUPERGRAPH, query)
    transports = {"shop": Fixed(shop), "likes": Fixed(likes)}
    found = await both(SUPERGRAPH, operation, plan(SUPERGRAPH, operation), transports)
    assert found.compiled == found.interpreted
    assert found.went_on
    return found.compiled


# what is asked of the shelf of an item and of a person; what the subgraph says of the two, and what the client sees
BY_MEMBER = [
    (
        ("__typename row", "row"),
        ('"__typename":"Shelf","row":1', '"row":2'),
        ('"__typename":"Shelf","row":1', '"row":2'),
    ),
    (
        ("__typename row", "row"),
        ('"__typename":"Shelf","row":1', '"__typename":"Shelf","row":2'),
        ('"__typename":"Shelf","row":1', '"row":2'),
    ),
    (
        ("__typename row", "place"),
        ('"__typename":"Shelf","row":1', '"place":"b"'),
        ('"__typename":"Shelf","row":1', '"place":"b"'),
    ),
    (
        ("t: __typename row", "place"),
        ('"__typename":"Shelf","row":1', '"place":"b"'),
        ('"t":"Shelf","row":1', '"place":"b"'),
    ),
    (
        ("t: __typename row", "place"),
        ('"__typename":"Shelf","row":1', '"t":"Shelf","place":"b"'),
        ('"t":"Shelf","row":1', '"place":"b"'),
    ),
    (
        ("t: __typename row", "place u: __typename"),
        ('"__typename":"Shelf","row":1', '"__typename":"Shelf","place":"b"'),
        ('"t":"Shelf","row":1', '"place":"b","u":"Shelf"'),
    ),
    (
        ("row __typename t: __typename", "place t: __typename"),
        ('"__typename":"Shelf","row":1', '"__typename":"Shelf","place":"b"'),
        ('"row":1,"__typename":"Shelf","t":"Shelf"', '"place":"b","t":"Shelf"'),
    ),
    (
        ("t: name", "t: __typename row"),
        ('"t":"a"', '"__typename":"Shelf","row":2'),
        ('"t":"a"', '"t":"Shelf","row":2'),
    ),
    (
        ("t: __typename row", "t: name"),
        ('"__typename":"Shelf","row":1', '"t":"b"'),
        ('"t":"Shelf","row":1', '"t":"b"'),
    ),
]


@pytest.mark.parametrize(("asked", "said", "shown"), BY_MEMBER)
async def test_members_of_a_union_show_what_is_asked_of_each(
    asked: tuple[str, str], said: tuple[str, str], shown: tuple[str, str]
) -> None:
    members = ("Item", "Person")
    fragments = " ".join(
        f"... on {member} {{ shelf {{ {selections} }} }}"
        for member, selections in zip(members, asked, strict=True)
    )
    objects = ",".join(
        f'{{"__typename":"{member}","shelf":{{{fields}}}}}'
        for member, fields in zip(members, said, strict=True)
    )
    found = await answered(f"{{ found {{ {fragments} }} }}", f'{{"data":{{"found":[{objects}]}}}}')
    item, person = (f'{{"shelf":{{{fields}}}}}' for fields in shown)
    assert found.decode() == f'{{"data":{{"found":[{item},{person}]}}}}'


async def test_a_type_that_is_learned_later_is_the_one_that_is_shown() -> None:
    query = "{ popular { t: __typename likes ... on Book { pages u: __typename } } }"
    media = '{"__typename":"Media","id":"1","likes":3},{"__typename":"Media","id":"2","likes":4}'
    shop = '{"data":{"_entities":[{"__typename":"Book","pages":5},{"__typename":"Film"}]}}'
    found = await answered(query, shop, f'{{"data":{{"popular":[{media}]}}}}')
    book, film = '{"t":"Book","likes":3,"pages":5,"u":"Book"}', '{"t":"Film","likes":4}'
    assert found.decode() == f'{{"data":{{"popular":[{book},{film}]}}}}'
