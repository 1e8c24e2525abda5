"""`softfactory plan`: its formats, where they go, and how a refused operation is told."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from router.cli import app

GRAPH = Path(__file__).parents[1] / "cases" / "small_graph" / "supergraph.graphql"
runner = CliRunner()


@pytest.fixture
def operation(tmp_path: Path) -> Path:
    file = tmp_path / "greet.graphql"
    file.write_text("query Greet { people { name greeting } }")
    return file


def arguments(operation: Path, *more: str) -> list[str]:
    return ["plan", "--supergraph", str(GRAPH), "--operation", str(operation), *more]


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("text", "QueryPlan {\n  Sequence {"), ("mermaid", "%%{init: "), ("svg", "<svg "), ("json", "{\n")],
)
def test_formats(operation: Path, name: str, beginning: str, tmp_path: Path) -> None:
    printed = runner.invoke(app, arguments(operation, "--format", name))
    assert printed.exit_code == 0
    assert printed.stdout.startswith(beginning)
    file = tmp_path / "out"
    written = runner.invoke(app, arguments(operation, "--format", name, "--output", str(file)))
    assert (written.exit_code, written.stdout) == (0, "")
    assert file.read_text() == printed.stdout


def test_json_is_one_document(operation: Path) -> None:
    found = json.loads(runner.invoke(app, arguments(operation, "-f", "json")).stdout)
    assert [each["kind"] for each in found["node"]["nodes"]] == ["Fetch", "Flatten"]


def test_the_picture_is_named_after_the_operation(operation: Path) -> None:
    assert "Query plan of Greet" in runner.invoke(app, arguments(operation, "-f", "svg")).stdout
    operation.write_text("{ languages }")
    assert "Query plan of greet.graphql" in runner.invoke(app, arguments(operation, "-f", "svg")).stdout


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ people { age } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ people {", "GRAPHQL_PARSE_FAILED"),
        ("query A { languages } query B { languages }", "OPERATION_RESOLUTION_FAILURE"),
    ],
)
def test_says_why_an_operation_is_refused(operation: Path, text: str, expected: str) -> None:
    operation.write_text(text)
    result = runner.invoke(app, arguments(operation))
    assert result.exit_code == 1
    assert result.stderr.startswith(expected)


def test_says_which_file_is_the_trouble(operation: Path, tmp_path: Path) -> None:
    missing = runner.invoke(app, arguments(tmp_path / "none.graphql"))
    assert (missing.exit_code, "none.graphql cannot be read" in missing.stderr) == (1, True)
    refused = runner.invoke(app, arguments(operation, "--output", str(tmp_path)))
    assert (refused.exit_code, "cannot be written" in refused.stderr) == (1, True)


def test_a_program_is_what_the_router_runs(operation: Path) -> None:
    code = runner.invoke(app, arguments(operation, "--program")).stdout
    compile(code, "program", "exec")
    assert code.startswith('"""Compiled from this plan:\n\nQueryPlan {\n  Sequence {')
    assert "async def run(call):" in code
    assert "class Person_" in code


def test_a_program_is_for_some_values_of_the_conditions(operation: Path) -> None:
    operation.write_text("query($a: Boolean!) { languages @include(if: $a) people { name } }")
    without = runner.invoke(app, arguments(operation, "--program")).stdout
    included = runner.invoke(app, arguments(operation, "--program", "--true", "a")).stdout
    assert "where $a is false" in without
    assert "where $a is true" in included
    assert ("languages: Any" in without, "languages: Any" in included) == (False, True)
    refused = runner.invoke(app, arguments(operation, "--program", "--true", "b"))
    assert refused.exit_code == 1
    assert "no condition $b. Its conditions are: $a." in refused.output


def test_what_the_router_answers_itself_has_no_program(operation: Path) -> None:
    operation.write_text("{ __schema { queryType { name } } }")
    refused = runner.invoke(app, arguments(operation, "--program"))
    assert refused.exit_code == 1
    assert "PLAN_NOT_COMPILABLE: field __schema is answered by the router" in refused.output
