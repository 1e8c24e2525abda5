"""`softfactory compose`: exit codes, where the output goes, and how problems are shown."""

from pathlib import Path

import pytest
from graphql import build_schema
from typer.testing import CliRunner

from router.cli import app

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])\n'
)
CONFIG = """
subgraphs:
  a: {routing_url: http://a, schema: {file: a.graphql}}
  b: {routing_url: http://b, schema: {file: b.graphql}}
"""
runner = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "supergraph.yaml").write_text(CONFIG)
    (tmp_path / "a.graphql").write_text(
        LINK + 'type Query {\n  t: T\n}\ntype T @key(fields: "id") { id: ID! x: Int }'
    )
    (tmp_path / "b.graphql").write_text(LINK + 'type T @key(fields: "id") { id: ID! y: Int }')
    return tmp_path


def test_writes_the_supergraph(folder: Path) -> None:
    config, output = folder / "supergraph.yaml", folder / "out.graphql"
    result = runner.invoke(app, ["compose", "--config", str(config), "--output", str(output)])
    assert (result.exit_code, result.stdout) == (0, "")
    printed = runner.invoke(app, ["compose", "-c", str(config)])
    assert printed.stdout == output.read_text()
    assert '@join__graph(name: "b", url: "http://b")' in printed.stdout


def test_writes_the_api_schema(folder: Path) -> None:
    config, api = folder / "supergraph.yaml", folder / "api.graphql"
    arguments = ["compose", "-c", str(config), "-o", str(folder / "out.graphql"), "--api-output", str(api)]
    assert runner.invoke(app, arguments).exit_code == 0
    schema = build_schema(api.read_text())
    assert sorted(name for name in schema.type_map if not name.startswith("__")) == [
        "Boolean",
        "ID",
        "Int",
        "Query",
        "String",
        "T",
    ]
    assert "join__" not in api.read_text()


def test_composes_a_contract(folder: Path) -> None:
    schema = (folder / "a.graphql").read_text().replace('"@shareable"', '"@shareable", "@tag"')
    (folder / "a.graphql").write_text(schema.replace("x: Int", 'x: Int @tag(name: "internal")'))
    api = folder / "api.graphql"
    arguments = ["compose", "-c", str(folder / "supergraph.yaml"), "--api-output", str(api)]
    result = runner.invoke(app, [*arguments, "--exclude-tag", "internal"])
    assert result.exit_code == 0
    assert "x: Int" not in api.read_text()
    assert 'x: Int @join__field(graph: A) @tag(name: "internal") @inaccessible' in result.stdout
    refused = runner.invoke(app, [*arguments, "--include-tag", "partner"])
    assert refused.exit_code == 1
    assert "Tags of this graph: internal." in refused.stderr


def test_shows_all_problems_with_their_lines(folder: Path) -> None:
    (folder / "b.graphql").write_text(
        LINK + 'type Query {\n  t: T\n}\ntype T @key(fields: "id") { id: ID! x: Int }'
    )
    result = runner.invoke(app, ["compose", "-c", str(folder / "supergraph.yaml")])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("INVALID_FIELD_SHARING") == 2
    assert f"{folder / 'a.graphql'}:3:3" in result.stderr
    assert "     3 |   t: T\n           ^" in result.stderr
    assert "The subgraphs do not compose: 2 errors." in result.stderr


def test_shows_hints_and_succeeds(folder: Path) -> None:
    with (folder / "b.graphql").open("a") as file:
        file.write("\nenum Unused { A }")
    result = runner.invoke(app, ["compose", "-c", str(folder / "supergraph.yaml")])
    assert result.exit_code == 0
    assert "hint UNUSED_ENUM_TYPE" in result.stderr


def test_a_missing_schema_is_an_error(folder: Path) -> None:
    (folder / "b.graphql").unlink()
    result = runner.invoke(app, ["compose", "-c", str(folder / "supergraph.yaml")])
    assert result.exit_code == 1
    assert "The schema of subgraph b cannot be read" in result.stderr


def test_an_output_that_cannot_be_written_is_an_error(folder: Path) -> None:
    arguments = ["compose", "-c", str(folder / "supergraph.yaml"), "-o", str(folder / "no" / "out.graphql")]
    result = runner.invoke(app, arguments)
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_a_wrong_option_is_a_usage_error() -> None:
    assert runner.invoke(app, ["compose", "--nope"]).exit_code == 2
