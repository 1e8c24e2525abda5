"""What `softfactory router` says when it cannot start."""

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from router.cli import app
from router.settings import RouterSettings

SUPERGRAPH = str(Path(__file__).parents[1] / "cases/small_graph/supergraph.graphql")


def refused(*arguments: str, **variables: str) -> str:
    result = CliRunner().invoke(app, ["router", *arguments], env=variables)
    assert result.exit_code == 1
    assert result.stdout == ""
    return result.stderr


def test_needs_a_supergraph() -> None:
    assert refused() == "SUPERGRAPH_NOT_FOUND: No supergraph is given. Name one with --supergraph FILE.\n"


def test_names_the_file_that_is_not_there() -> None:
    assert refused("--supergraph", "no/such.graphql") == (
        "SUPERGRAPH_NOT_FOUND: There is no no/such.graphql. "
        "`softfactory compose --output no/such.graphql` makes one.\n"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"type Query {", "INVALID_SUPERGRAPH: {file}: The supergraph is not valid GraphQL: Syntax Error"),
        (b"type Query { a: Int }", "INVALID_SUPERGRAPH: {file}: The schema links no join specification"),
        (b"", "INVALID_SUPERGRAPH: {file}: "),
        (b"\xff\xfe", "SUPERGRAPH_NOT_READABLE: {file} cannot be read: 'utf-8' codec"),
    ],
)
def test_says_why_a_file_is_no_supergraph(tmp_path: Path, text: bytes, problem: str) -> None:
    file = tmp_path / "supergraph.graphql"
    file.write_bytes(text)

    assert refused("--supergraph", str(file)).startswith(problem.format(file=file))


def test_a_folder_is_no_supergraph(tmp_path: Path) -> None:
    assert refused("--supergraph", str(tmp_path)).startswith("SUPERGRAPH_NOT_READABLE: ")


def test_names_wrong_settings(tmp_path: Path) -> None:
    file = tmp_path / "router.yaml"
    file.write_text("limit: {}")

    assert refused("--config", str(file)).startswith(
        f"INVALID_SETTINGS: {file}: limit: unknown. Did you mean limits?"
    )


def test_names_a_subgraph_that_is_unknown(tmp_path: Path) -> None:
    file = tmp_path / "router.yaml"
    file.write_text("subgraphs: {poeple: {url: 'http://x/'}}")

    assert refused("--config", str(file), "--supergraph", SUPERGRAPH) == (
        "INVALID_SUBGRAPH_SETTINGS: subgraphs.poeple: the supergraph has no such subgraph. It has greetings, people.\n"
    )


def test_needs_a_url_for_every_subgraph(tmp_path: Path) -> None:
    file = tmp_path / "supergraph.graphql"
    file.write_text(Path(SUPERGRAPH).read_text().replace("http://127.0.0.1:1/people", ""))

    assert "Set subgraphs.people.url in router.yaml." in refused("--supergraph", str(file))


def test_says_that_the_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        message = refused("--supergraph", SUPERGRAPH, "--port", str(port))

    assert message == (
        f"ADDRESS_TAKEN: Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another with --port.\n"
    )


def test_names_a_wrong_cache() -> None:
    assert refused("--supergraph", SUPERGRAPH, "--cache", "disk").startswith(
        "INVALID_SETTINGS: the command line: cache.store: Input should be 'off', 'memory' or the URL of a Redis"
    )


def test_help_teaches() -> None:
    text = CliRunner().invoke(app, ["router", "--help"], env={"COLUMNS": "120"}).stdout

    for part in (
        "--supergraph",
        "--config",
        "--settings-schema",
        "--single-flight",
        "--cache",
        "Examples:",
        "ROUTER__LIMITS__MAX_DEPTH=20",
    ):
        assert part in text


def test_prints_the_schema_of_its_settings() -> None:
    result = CliRunner().invoke(app, ["router", "--settings-schema"])

    assert json.loads(result.stdout) == RouterSettings.model_json_schema()
