"""Every example is valid against the graph, with its variables, and says what it shows and who must be signed in."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values

from router.composition.compose import compose
from router.explorer import read_examples
from router.explorer.example import Example
from router.federation.subgraph import Subgraph

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples"
EXAMPLES = read_examples(FOLDER)


@pytest.fixture(scope="module")
def graph() -> GraphQLSchema:
    services = yaml.safe_load((ROOT / "supergraph.yaml").read_text())["subgraphs"]
    subgraphs = [
        Subgraph(name, service["routing_url"], (ROOT / service["schema"]["file"]).read_text())
        for name, service in services.items()
    ]
    return build_schema(compose(subgraphs).api_schema_sdl)


def variables(example: Example) -> Mapping[str, Any]:
    given: Mapping[str, Any] = json.loads(example.variables or "{}")
    return given


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_is_valid(graph: GraphQLSchema, example: Example) -> None:
    document = parse(example.query)
    assert [error.message for error in validate(graph, document)] == []
    [operation] = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    coerced = get_variable_values(graph, operation.variable_definitions or (), dict(variables(example)))
    assert not isinstance(coerced, list), coerced
    declared = {definition.variable.name.value for definition in operation.variable_definitions or ()}
    assert set(variables(example)) <= declared


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_says_what_it_shows_and_who_must_be_signed_in(example: Example) -> None:
    assert example.title
    assert example.description.startswith(("No login", "Login: "))


def test_variables_belong_to_an_example() -> None:
    names = {example.name for example in EXAMPLES}
    assert {file.name.removesuffix(".variables.json") for file in FOLDER.glob("*.json")} <= names
