"""`softfactory check`: what is reported, for whom, and with which exit code."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from router.cli import app

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
SDL = (
    LINK
    + "type Query { chef: Chef }\ntype Chef { name: String email: String level: Level }\nenum Level { HOME }"
)
runner = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    config = "subgraphs:\n  a: {routing_url: http://a, schema: {file: a.graphql}}\n"
    (tmp_path / "supergraph.yaml").write_text(config)
    (tmp_path / "a.graphql").write_text(SDL)
    arguments = ["compose", "-c", str(tmp_path / "supergraph.yaml")]
    arguments += ["-o", str(tmp_path / "old.graphql"), "--api-output", str(tmp_path / "api.graphql")]
    assert runner.invoke(app, arguments).exit_code == 0
    (tmp_path / "operations" / "web").mkdir(parents=True)
    (tmp_path / "operations" / "web" / "name.graphql").write_text("{ chef { name } }")
    (tmp_path / "operations" / "mail.gql").write_text("query Mail {\n  chef { email }\n}")
    (tmp_path / "operations" / "stale.graphql").write_text("{ cook }")
    return tmp_path


def check(folder: Path, *arguments: str, against: str = "old.graphql") -> Result:
    config = str(folder / "supergraph.yaml")
    return runner.invoke(app, ["check", "-c", config, "--against", str(folder / against), *arguments])


def change(folder: Path, old: str, new: str) -> None:
    assert old in SDL
    (folder / "a.graphql").write_text(SDL.replace(old, new))


@pytest.mark.parametrize("against", ["old.graphql", "api.graphql"])
def test_nothing_changed(folder: Path, against: str) -> None:
    result = check(folder, against=against)
    assert (result.exit_code, result.stdout) == (0, "0 breaking, 0 dangerous, 0 safe changes.\n")


def test_dangerous_and_safe_changes_pass(folder: Path) -> None:
    change(folder, "enum Level { HOME }", "enum Level { HOME PRO }\ntype New { x: Int }")
    result = check(folder)
    assert result.exit_code == 0
    assert "DANGEROUS VALUE_ADDED_TO_ENUM Enum value Level.PRO was added." in result.stdout
    assert "SAFE      TYPE_ADDED New was added." in result.stdout


def test_breaking_changes_and_the_operations_that_they_break(folder: Path) -> None:
    change(folder, "email: String", "mail: String")
    result = check(folder, "--operations", str(folder / "operations"))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "BREAKING  FIELD_REMOVED Field Chef.email was removed.",
        "SAFE      FIELD_ADDED Field Chef.mail was added.",
        "BREAKS    mail.gql",
        "          2:10 Cannot query field 'email' on type 'Chef'. Did you mean 'mail'?",
        "FAILS     stale.graphql (and did before)",
        "          1:3 Cannot query field 'cook' on type 'Query'.",
        "1 breaking, 0 dangerous, 1 safe changes. 1 of 3 operations break.",
    ]


def test_a_safe_change_may_break_an_operation(folder: Path) -> None:
    (folder / "a.graphql").write_text(
        SDL.replace("enum Level", "type Cook { name: String }\nunion U = Chef | Cook\nenum Level").replace(
            "chef: Chef", "chef: Chef u: U"
        )
    )
    compose = ["compose", "-c", str(folder / "supergraph.yaml"), "-o", str(folder / "old.graphql")]
    assert runner.invoke(app, compose).exit_code == 0
    text = (folder / "a.graphql").read_text()
    (folder / "a.graphql").write_text(text.replace("Cook { name: String }", "Cook { name: String! }"))
    operation = "{ u { ... on Chef { name } ... on Cook { name } } }"
    (folder / "operations" / "web" / "name.graphql").write_text(operation)
    result = check(folder, "--operations", str(folder / "operations"))
    assert result.exit_code == 1
    assert "SAFE      FIELD_CHANGED_KIND" in result.stdout
    assert "BREAKS    web/name.graphql" in result.stdout


def test_json_for_machines(folder: Path) -> None:
    change(folder, "email: String", "")
    result = check(folder, "--operations", str(folder / "operations"), "--format", "json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["ok"]) == (1, False)
    assert document["breaking"] == [{"code": "FIELD_REMOVED", "message": "Field Chef.email was removed."}]
    assert document["operations"]["checked"] == 3
    (broken,) = [each for each in document["operations"]["failed"] if each["was_valid"]]
    assert (broken["file"], broken["errors"][0]["locations"]) == ("mail.gql", [{"line": 2, "column": 10}])


def test_subgraphs_that_do_not_compose(folder: Path) -> None:
    change(folder, "type Chef", "type Cook")
    assert check(folder).exit_code == 1
    document = json.loads(check(folder, "--format", "json").stdout)
    assert document["errors"][0]["code"] == "INVALID_GRAPHQL"


@pytest.mark.parametrize(
    ("text", "message"),
    [("type Query {", "is no supergraph and no schema"), ("type T { x: Int }", "is no valid schema")],
)
def test_a_file_that_is_no_schema(folder: Path, text: str, message: str) -> None:
    (folder / "old.graphql").write_text(text)
    result = check(folder)
    assert result.exit_code == 1
    assert f"CHECK_INPUT_INVALID: {folder / 'old.graphql'} {message}" in result.stderr


def test_a_folder_without_operations(folder: Path) -> None:
    (folder / "empty").mkdir()
    result = check(folder, "--operations", str(folder / "empty"))
    assert result.exit_code == 1
    assert "has no operations" in result.stderr


def test_wrong_usage(folder: Path) -> None:
    assert runner.invoke(app, ["check"]).exit_code == 2
    assert check(folder, against="nothing.graphql").exit_code == 2
    assert check(folder, "--operations", str(folder / "nowhere")).exit_code == 2
