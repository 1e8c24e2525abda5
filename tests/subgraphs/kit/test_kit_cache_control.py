"""@cacheControl and @cacheTag of the kit: as the schema prints them, and as composition and Apollo's rules take them."""

import pytest
import strawberry
from strawberry.printer import print_schema
from strawberry.schema_directive import Location

from router.composition import compose
from router.federation.subgraph import Subgraph
from subgraphs.kit.cache_control import INHERITED, CacheControl, CacheTag, private, public
from subgraphs.kit.federation import Schema


def printed(*directives: object) -> str:
    @strawberry.federation.type(keys=["id"], directives=directives)
    class Chef:
        id: strawberry.ID

    @strawberry.type
    class Query:
        @strawberry.federation.field(directives=directives)
        def chefs(self, cuisine: str) -> list[Chef]:
            return []

    return print_schema(Schema(query=Query))


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        (public(300), "@cacheControl(maxAge: 300, scope: PUBLIC)"),
        (private(0), "@cacheControl(maxAge: 0, scope: PRIVATE)"),
        (
            public(300, stale_while_revalidate=60, stale_if_error=3600),
            "@cacheControl(maxAge: 300, staleWhileRevalidate: 60, staleIfError: 3600, scope: PUBLIC)",
        ),
        (private(5, stale_if_error=9), "@cacheControl(maxAge: 5, staleIfError: 9, scope: PRIVATE)"),
        (INHERITED, "@cacheControl(inheritMaxAge: true)"),
    ],
)
def test_policies_are_printed(policy: CacheControl, text: str) -> None:
    assert f"type Chef {text} " in printed(policy)


def test_tags_are_printed_with_the_version_of_federation_that_has_them() -> None:
    sdl = printed(CacheTag(format="chefs"), CacheTag(format="chefs-all"))

    assert '@link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@cacheTag", "@key"])' in sdl
    assert sdl.count('@cacheTag(format: "chefs") @cacheTag(format: "chefs-all")') == 2
    assert "directive @cacheTag" not in sdl


def test_other_schemas_link_the_version_that_they_had() -> None:
    assert "federation/v2.9" in printed(public(300))


def test_composition_keeps_tags() -> None:
    result = compose([Subgraph("a", "http://a", printed(CacheTag(format="chef")))])

    kept = '@join__directive(graphs: [A], name: "federation__cacheTag", args: {format: "chef"})'
    assert result.supergraph_sdl.count(kept) == 2
    assert "cacheTag" not in result.api_schema_sdl


def test_tags_stand_where_federation_allows_them() -> None:
    definition = CacheTag.__strawberry_directive__

    assert definition.locations == [Location.OBJECT, Location.FIELD_DEFINITION]
    assert definition.repeatable
