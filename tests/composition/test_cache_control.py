"""@cacheControl reaches the supergraph with all its arguments, per subgraph where subgraphs differ."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from graphql import build_schema, parse, validate_schema

from router.composition import compose
from router.federation.print_schema import print_use
from router.federation.read_schema import SchemaReader
from router.federation.subgraph import Subgraph

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "cache_control.yaml").read_text())
DEFINITIONS = """
directive @{name}(
  maxAge: Int, staleWhileRevalidate: Int, staleIfError: Int, scope: cacheControl__Scope, inheritMaxAge: Boolean
) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
enum cacheControl__Scope { PUBLIC PRIVATE }
"""


def subgraph(
    name: str, sdl: str, *, directive: str = "cacheControl", composed: bool, version: str = "v2.1"
) -> Subgraph:
    imported = f'{{name: "@cacheControl", as: "@{directive}"}}'
    links = (
        f'extend schema @link(url: "https://specs.apollo.dev/federation/{version}", '
        'import: ["@key", "@shareable", "@composeDirective"]) '
        f'@link(url: "https://example.com/cacheControl/v0.1", import: [{imported}]) '
    )
    links += f'@composeDirective(name: "@{directive}")' if composed else ""
    return Subgraph(name, f"http://{name}", links + DEFINITIONS.replace("{name}", directive) + sdl)


def composed_case(case: dict[str, Any]) -> list[Subgraph]:
    names = case.get("names", {})
    return [
        subgraph(
            name, case[name], directive=names.get(name, "cacheControl"), composed=name in case["compose"]
        )
        for name in ("a", "b")
    ]


def policies(sdl: str, coordinate: str) -> list[str]:
    type_name, _, field = coordinate.partition(".")
    definition = SchemaReader().read(parse(sdl)).types[type_name]
    element = definition.fields[field] if field else definition
    shown = [print_use(use) for use in element.directives]
    return [each for each in shown if each.startswith(("@cacheControl", "@join__directive"))]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_carries_policies(case: dict[str, Any]) -> None:
    sdl = compose(composed_case(case)).supergraph_sdl
    assert {coordinate: policies(sdl, coordinate) for coordinate in case["uses"]} == case["uses"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_both_schemas_are_valid(case: dict[str, Any]) -> None:
    result = compose(composed_case(case))
    assert validate_schema(build_schema(result.supergraph_sdl)) == []
    assert validate_schema(build_schema(result.api_schema_sdl)) == []


def test_clients_do_not_see_the_scope() -> None:
    result = compose(composed_case(CASES[0]))
    assert "enum cacheControl__Scope" in result.supergraph_sdl
    assert "cacheControl" not in result.api_schema_sdl


def test_a_directive_that_is_not_linked_is_dropped() -> None:
    sdl = "directive @cacheControl(maxAge: Int) on OBJECT\ntype Query @cacheControl(maxAge: 1) { x: Int }"
    result = compose([Subgraph("a", "http://a", sdl)])
    assert "cacheControl" not in result.supergraph_sdl
