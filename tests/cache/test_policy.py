"""What may be kept of composed graphs, by their @cacheControl and by router.yaml."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from router.cache.overrides import unknown_patterns
from router.cache.policy import Policies, Policy, Scope, policies
from router.cache.settings import FieldCacheSettings
from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import InvalidSupergraphError, Supergraph

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "policies.yaml").read_text())
HEAD = """
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12", import: [
    "@key", "@shareable", "@composeDirective", "@interfaceObject", "@cacheTag"
  ])
  @link(url: "https://example.com/cacheControl/v0.1", import: ["@cacheControl"])
  @composeDirective(name: "@cacheControl")
directive @cacheControl(
  maxAge: Int, staleWhileRevalidate: Int, staleIfError: Int, scope: cacheControl__Scope, inheritMaxAge: Boolean
) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
enum cacheControl__Scope { PUBLIC PRIVATE }
"""
LINKED_ONLY = HEAD.replace('@composeDirective(name: "@cacheControl")', "")


def composed(head: str = HEAD, **sdls: str) -> Supergraph:
    subgraphs = [Subgraph(name, f"http://{name}", head + sdl) for name, sdl in sdls.items()]
    return Supergraph.parse(compose(subgraphs).supergraph_sdl)


def policies_of(case: dict[str, Any], head: str = HEAD) -> Policies:
    graph = composed(head, **{name: case[name] for name in ("a", "b") if name in case})
    return policies(graph, "a", FieldCacheSettings.model_validate(case.get("settings", {})))


def of(found: Policies, coordinate: str) -> Policy | None:
    type_name, _, field = coordinate.partition(".")
    return found.of(type_name, field)


def written(policy: Policy | None) -> str | None:
    if policy is None:
        return None
    parts = [str(policy.max_age)]
    parts += [f"while {policy.stale_while_revalidate}"] if policy.stale_while_revalidate else []
    parts += [f"if-error {policy.stale_if_error}"] if policy.stale_if_error else []
    parts += ["PRIVATE"] if policy.scope is Scope.PRIVATE else []
    vary = (*policy.vary_headers, *policy.vary_claims)
    return " ".join([*parts, "by", *vary] if vary else parts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_keeps_what_is_said(case: dict[str, Any]) -> None:
    found = policies_of(case)

    expected = {name: None if said is None else str(said) for name, said in case["keeps"].items()}
    assert {name: written(of(found, name)) for name in case["keeps"]} == expected


@pytest.mark.parametrize(
    "case", [each for each in CASES if "union" not in each["a"]], ids=lambda case: case["why"]
)
def test_means_the_same_where_the_directive_is_linked_and_not_composed(case: dict[str, Any]) -> None:
    """But for unions, on which there is only the plain form."""
    plain, joined = policies_of(case), policies_of(case, LINKED_ONLY)

    for name in case["keeps"]:
        assert of(joined, name) == of(plain, name), name


def test_has_nothing_of_what_is_not_there() -> None:
    found = policies_of(CASES[0])

    assert found.of("T", "nothing") is None
    assert found.of("Nothing", "x") is None
    assert found.of("T", "__typename") is None
    assert found.of("Query", "_entities") is None
    assert found.tags("T", "nothing") == ()


def test_subgraphs_are_told_apart_by_their_names_not_by_those_in_the_supergraph() -> None:
    sdl = 'type T @key(fields: "id") @cacheControl(maxAge: %d) { id: ID! x: Int @shareable }'
    subgraphs = [
        Subgraph("my-books", "http://a", f"{HEAD} type Query {{ t: T }} {sdl % 1}"),
        Subgraph("my_books", "http://b", HEAD + sdl % 2),
        Subgraph("2", "http://c", HEAD + sdl % 3),
    ]
    graph = Supergraph.parse(compose(subgraphs).supergraph_sdl)

    found = [policies(graph, each.name, FieldCacheSettings()).of("T", "x") for each in subgraphs]
    assert found == [Policy(1), Policy(2), Policy(3)]


def test_an_unknown_scope_is_private() -> None:
    sdl = composed(a="type Query { x: Int @cacheControl(maxAge: 5, scope: PUBLIC) }").sdl
    graph = Supergraph.parse(sdl.replace("scope: PUBLIC", "scope: TENANT"))

    assert policies(graph, "a", FieldCacheSettings()).of("Query", "x") == Policy(5, scope=Scope.PRIVATE)


VALUES = """
type Query { page: Page @cacheControl(maxAge: 60, staleIfError: 600) }
type Page {
  plain: Int info: Info short: Int @cacheControl(maxAge: 5) seats: Int @cacheControl(maxAge: 0)
  mine: Int @cacheControl(scope: PRIVATE) long: Int @cacheControl(maxAge: 900)
  nodes: [T!]! own: [P!]! parts: [Part!]!
}
type Info { next: String }
type Part @cacheControl(maxAge: 30, staleIfError: 90) { x: Int }
type T @key(fields: "id") @cacheControl(maxAge: 9) { id: ID! }
type P @key(fields: "id") @cacheControl(maxAge: 9, scope: PRIVATE) { id: ID! }
"""


@pytest.mark.parametrize(
    ("field", "left"),
    [
        ("plain", "60 if-error 600"),
        ("info", "60 if-error 600"),
        ("short", "5"),
        ("seats", None),
        ("mine", "60 if-error 600 PRIVATE"),
        ("long", "60"),
        ("nodes", "60 if-error 600"),
        ("own", "60 if-error 600 PRIVATE"),
        ("parts", "30 if-error 90"),
        ("nothing", "60 if-error 600"),
    ],
)
def test_a_value_ends_with_the_first_of_its_fields(field: str, left: str | None) -> None:
    found = policies(composed(a=VALUES), "a", FieldCacheSettings())
    page = found.of("Query", "page")
    assert page is not None

    assert written(found.narrowed(page, "Page", field)) == left


def test_a_value_depends_on_what_its_fields_depend_on() -> None:
    settings = FieldCacheSettings.model_validate(
        {"vary": {"Query.page": {"headers": ["x-region"]}, "Page.plain": {"headers": ["accept-language"]}}}
    )
    found = policies(composed(a=VALUES), "a", settings)
    page = found.of("Query", "page")
    assert page is not None

    assert written(found.narrowed(page, "Page", "plain")) == "60 if-error 600 by accept-language x-region"
    assert found.narrowed(page, "Info", "next") == page


TAGGED = """
type Query { books(genre: String!): [Book!]! @cacheTag(format: "books") @cacheTag(format: "books-{$args.genre}") }
type Book @key(fields: "id") @cacheTag(format: "book-{$key.id}") { id: ID! title: String }
"""


def test_has_tags_of_the_type_and_of_the_field_in_each_subgraph() -> None:
    other = 'type Book @key(fields: "id") @cacheTag(format: "price-{$key.id}") { id: ID! price: Int }'
    graph = composed(a=TAGGED, b=other)
    a, b = (policies(graph, name, FieldCacheSettings()) for name in ("a", "b"))

    assert [each.text for each in a.tags("Query", "books")] == ["books", "books-{$args.genre}"]
    assert [each.render({"id": 7}, {}) for each in a.tags("Book", "title")] == ["book-7"]
    assert [each.text for each in b.tags("Book", "price")] == ["price-{$key.id}"]
    assert b.tags("Book", "title") == ()


def test_refuses_a_tag_that_cannot_be_read() -> None:
    graph = composed(a=TAGGED.replace("$args.genre", "$arg.genre"))

    with pytest.raises(InvalidSupergraphError, match=r"The @cacheTag of Query\.books cannot be read"):
        policies(graph, "a", FieldCacheSettings()).tags("Query", "books")


def test_names_patterns_that_fit_nothing() -> None:
    settings = FieldCacheSettings.model_validate(
        {
            "policy": {
                "*": {},
                "Book": {},
                "Bok": {},
                "Book.*": {},
                "Bok.*": {},
                "*.title": {},
                "*.titel": {},
            },
            "vary": {"Book.title": {}, "Book.titel": {}},
            "subgraphs": {"a": {"policy": {"Query.bocks": {"maxAge": 1}}}},
        }
    )

    assert unknown_patterns(settings, composed(a=TAGGED).schema) == [
        "*.titel", "Bok", "Bok.*", "Book.titel", "Query.bocks",
    ]  # fmt: skip


def test_our_own_graph_keeps_what_its_services_say() -> None:
    graph = Supergraph.parse((Path(__file__).parents[2] / "schema/supergraph.graphql").read_text())
    coocook, accounts, builder = (
        policies(graph, name, FieldCacheSettings()) for name in ("coocook", "accounts", "webapp_builder")
    )

    assert written(coocook.of("Query", "popularChefs")) == "1800 while 600 if-error 3600"
    assert written(coocook.of("Chef", "pricePerSession")) == "300 while 60 if-error 3600"
    assert coocook.of("Chef", "bookings") is coocook.of("Booking", "status") is None
    assert written(accounts.of("User", "email")) == "300 PRIVATE"
    assert written(accounts.of("User", "subscriptions")) == "3600 PRIVATE"
    assert builder.of("Cohort", "seatsLeft") is None
