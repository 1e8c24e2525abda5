"""`softfactory compose`: exit codes, where the output goes, and how problems are shown."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


def test_says_what_usually_helps(folder: Path) -> None:
    (folder / "b.graphql").write_text(
        LINK + 'type Query {\n  t: T\n}\ntype T @key(fields: "id") { id: ID! x: Int }'
    )
    result = runner.invoke(app, ["compose", "-c", str(folder / "supergraph.yaml")])
    assert result.stderr.count("usual fix: Add @shareable to the field") == 1


def test_json_has_errors_with_their_places(folder: Path) -> None:
    (folder / "b.graphql").write_text(LINK + 'type T @key(fields: "id") {\n  id: ID! x: String }')
    result = runner.invoke(app, ["compose", "-c", str(folder / "supergraph.yaml"), "--format", "json"])
    document = json.loads(result.stdout)
    assert (result.exit_code, result.stderr, document["ok"]) == (1, "", False)
    assert {error["code"] for error in document["errors"]} == {"FIELD_TYPE_MISMATCH", "INVALID_FIELD_SHARING"}
    (error,) = [error for error in document["errors"] if error["code"] == "FIELD_TYPE_MISMATCH"]
    assert error["locations"][1] == {
        "subgraph": "b",
        "source": str(folder / "b.graphql"),
        "line": 3,
        "column": 11,
    }
    assert "supergraph" not in document


def test_json_has_hints_and_the_supergraph(folder: Path) -> None:
    with (folder / "b.graphql").open("a") as file:
        file.write("\nenum Unused { A }")
    arguments = ["compose", "-c", str(folder / "supergraph.yaml"), "--format", "json"]
    document = json.loads(runner.invoke(app, arguments).stdout)
    assert [hint["code"] for hint in document["hints"]] == ["UNUSED_ENUM_TYPE"]
    assert "join__Graph" in document["supergraph"]
    written = runner.invoke(app, [*arguments, "-o", str(folder / "out.graphql")])
    assert "supergraph" not in json.loads(written.stdout)
    assert (folder / "out.graphql").read_text() == document["supergraph"]


def test_json_has_a_wrong_configuration_too(folder: Path) -> None:
    (folder / "b.graphql").unlink()
    result = runner.invoke(app, ["compose", "-c", str(folder / "supergraph.yaml"), "--format", "json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["errors"][0]["code"] == "INVALID_SUPERGRAPH_CONFIG"


@contextmanager
def watching(folder: Path) -> Iterator[Iterator[str]]:
    """The lines of standard error of a command that composes again and again."""
    command = [sys.executable, "-c", "from router.cli import main; main()", "compose", "--watch"]
    command += ["-c", str(folder / "supergraph.yaml"), "-o", str(folder / "out.graphql")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield process.stderr
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0


def until(lines: Iterator[str], text: str) -> list[str]:
    seen = []
    for line in lines:
        seen.append(line)
        if text in line:
            return seen
    raise AssertionError(f"ended without {text!r}: {seen}")


def test_watch_goes_on_after_errors(folder: Path) -> None:
    good = (folder / "b.graphql").read_text()
    with watching(folder) as lines:
        until(lines, "Watching 3 files")
        first = (folder / "out.graphql").read_text()
        (folder / "b.graphql").write_text(good.replace("y: Int", "x: Int"))
        assert any("INVALID_FIELD_SHARING" in line for line in until(lines, "Watching"))
        assert (folder / "out.graphql").read_text() == first
        (folder / "b.graphql").unlink()
        assert any("cannot be read" in line for line in until(lines, "Watching"))
        (folder / "b.graphql").write_text(good.replace("y: Int", "z: Int"))
        until(lines, "Composed 2 subgraphs")
        until(lines, "Watching")
        assert "z: Int @join__field(graph: B)" in (folder / "out.graphql").read_text()


def test_watch_needs_an_output(folder: Path) -> None:
    result = runner.invoke(app, ["compose", "-c", str(folder / "supergraph.yaml"), "--watch"])
    assert result.exit_code == 2
    assert "--output" in result.stderr
