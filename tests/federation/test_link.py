"""What @link brings, under which names."""

import pytest
from graphql import parse

from router.federation.link import Links, read_links
from router.federation.read_schema import SchemaReader
from router.federation.version import Version

FEDERATION = "https://specs.apollo.dev/federation/v2.9"


def links(sdl: str) -> Links:
    return read_links(SchemaReader().read(parse(sdl)))


def test_names_imported_renamed_and_left_in_the_namespace() -> None:
    link = links(
        f'extend schema @link(url: "{FEDERATION}", import: ["@key", {{name: "@tag", as: "@label"}}, "FieldSet"])'
    ).federation
    assert link is not None
    assert link.version == Version(2, 9)
    assert [link.directive(name) for name in ("key", "tag", "shareable")] == [
        "key",
        "label",
        "federation__shareable",
    ]
    assert [link.type(name) for name in ("FieldSet", "Scope")] == ["FieldSet", "federation__Scope"]
    assert [link.directive_origin(name) for name in ("key", "label", "federation__external", "other")] == [
        "key",
        "tag",
        "external",
        None,
    ]


def test_namespace_can_be_renamed() -> None:
    link = links(
        f'schema @link(url: "{FEDERATION}", as: "fed") {{ query: Query }} type Query {{ x: Int }}'
    ).federation
    assert link is not None
    assert link.directive("key") == "fed__key"


def test_a_directive_with_the_name_of_its_specification_needs_no_import() -> None:
    (link,) = links('extend schema @link(url: "https://example.com/mine/v1.0")').links
    assert link.directive("mine") == "mine"
    assert link.directive("other") == "mine__other"


@pytest.mark.parametrize(
    ("directive", "sdl"),
    [
        (
            "link",
            f'extend schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "{FEDERATION}")',
        ),
        ("l", 'extend schema @l(url: "https://specs.apollo.dev/link/v1.0", as: "l")'),
        ("core", 'extend schema @core(feature: "https://specs.apollo.dev/core/v0.2")'),
        (None, "type Query { x: Int }"),
        (None, 'extend schema @other(url: "https://example.com/other/v1.0")'),
    ],
)
def test_finds_the_link_directive(directive: str | None, sdl: str) -> None:
    assert links(sdl).directive == directive


PROBLEMS = {
    'url: "https://specs.apollo.dev/federation/two"': "INVALID_LINK_IDENTIFIER",
    'url: "federation"': "INVALID_LINK_IDENTIFIER",
    "url: 3": "INVALID_LINK_DIRECTIVE_USAGE",
    f'url: "{FEDERATION}", import: [3]': "INVALID_LINK_DIRECTIVE_USAGE",
    f'url: "{FEDERATION}", import: [{{name: 3}}]': "INVALID_LINK_DIRECTIVE_USAGE",
    f'url: "{FEDERATION}", import: [{{as: "@key"}}]': "INVALID_LINK_DIRECTIVE_USAGE",
    f'url: "{FEDERATION}", import: [{{name: "@key", is: "@k"}}]': "INVALID_LINK_DIRECTIVE_USAGE",
    f'url: "{FEDERATION}", import: [{{name: "@key", as: "k"}}]': "INVALID_LINK_DIRECTIVE_USAGE",
    f'url: "{FEDERATION}", import: ["@key", {{name: "@key", as: "@k"}}]': "INVALID_LINK_DIRECTIVE_USAGE",
    f'url: "{FEDERATION}", import: ["@1"]': "INVALID_LINK_DIRECTIVE_USAGE",
}


@pytest.mark.parametrize("arguments", PROBLEMS)
def test_tells_what_is_wrong(arguments: str) -> None:
    (problem,) = links(f"extend schema @link({arguments})").problems
    assert problem.code == PROBLEMS[arguments]
