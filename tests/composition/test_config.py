"""supergraph.yaml: what is read, and what is said of what cannot be."""

from pathlib import Path

import pytest

from router.composition.config import ConfigError, SchemaFile, SchemaText, SchemaUrl, load_config

GOOD = """
federation_version: =2.9.0
subgraphs:
  a:
    routing_url: http://a/graphql
    schema: {file: ./schemas/a.graphql}
  b:
    schema: {subgraph_url: "http://127.0.0.1:4001"}
  c:
    routing_url: http://c/graphql
    schema: {sdl: "type Query { x: Int }"}
"""

BAD = {
    "": "names no subgraphs",
    "subgraphs: {}": "names no subgraphs",
    "- a": "must be a mapping",
    "subgraph: {}": "unknown key 'subgraph'",
    "subgraphs: {a: {schema: {file: x}, url: y}}": "unknown key 'url'",
    "subgraphs: {a: {schema: {path: x}}}": "unknown key 'path'",
    "subgraphs: {a: {routing_url: http://a}}": "one of file, subgraph_url and sdl",
    "subgraphs: {a: {schema: {file: x, sdl: y}}}": "one of file, subgraph_url and sdl",
    "subgraphs: {a: {schema: {file: 3}}}": "must be text",
    "subgraphs: {a: {routing_url: 3, schema: {file: x}}}": "must be a URL",
    "subgraphs: a": "must be a mapping",
    "a: [": "is not YAML",
}


def test_reads_all_three_sources(tmp_path: Path) -> None:
    path = tmp_path / "supergraph.yaml"
    path.write_text(GOOD)
    config = load_config(path)
    assert config.federation_version == "=2.9.0"
    assert [(each.name, each.routing_url, each.schema) for each in config.subgraphs] == [
        ("a", "http://a/graphql", SchemaFile(tmp_path / "schemas" / "a.graphql")),
        ("b", None, SchemaUrl("http://127.0.0.1:4001")),
        ("c", "http://c/graphql", SchemaText("type Query { x: Int }")),
    ]


@pytest.mark.parametrize("text", BAD)
def test_says_what_is_wrong(text: str, tmp_path: Path) -> None:
    path = tmp_path / "supergraph.yaml"
    path.write_text(text)
    with pytest.raises(
        ConfigError, match="INVALID_SUPERGRAPH_CONFIG" if not BAD[text] else BAD[text]
    ) as caught:
        load_config(path)
    assert caught.value.code == "INVALID_SUPERGRAPH_CONFIG"
    assert str(path) in caught.value.message


def test_a_missing_file_shows_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file") as caught:
        load_config(tmp_path / "nope.yaml")
    assert "routing_url" in caught.value.message
