"""Apollo's composition makes the same graph of our subgraphs: cache policies are composed, and clients see the same."""

import json
import subprocess
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest
from graphql import build_schema, lexicographic_sort_schema, parse, print_schema

from router.composition import compose
from router.composition.config import SchemaFile, load_config
from router.federation.print_schema import print_use
from router.federation.read_schema import SchemaReader
from router.federation.schema import Element
from router.federation.subgraph import Subgraph
from tests.interop.conftest import ROOT
from tests.interop.npm import install

FOLDER = Path(__file__).parent


@pytest.fixture(scope="module")
def subgraphs() -> list[Subgraph]:
    return [
        Subgraph(each.name, each.routing_url or "", each.schema.path.read_text())
        for each in load_config(ROOT / "supergraph.yaml").subgraphs
        if isinstance(each.schema, SchemaFile)
    ]


@pytest.fixture(scope="module")
def theirs(subgraphs: list[Subgraph]) -> dict[str, str]:
    install(FOLDER)
    given = json.dumps([asdict(each) for each in subgraphs])
    result = subprocess.run(
        ["node", "compose.js"], cwd=FOLDER, input=given, capture_output=True, text=True, check=True
    )
    found: dict[str, str] = json.loads(result.stdout)
    return found


def cache_policies(sdl: str) -> Counter[tuple[str, str]]:
    elements: list[Element] = []
    for definition in SchemaReader().read(parse(sdl)).types.values():
        elements += [definition, *definition.fields.values()]
    return Counter(
        (element.coordinate, print_use(use)) for element in elements for use in element.uses("cacheControl")
    )


def sorted_print(sdl: str) -> str:
    return print_schema(lexicographic_sort_schema(build_schema(sdl)))


def test_cache_policies_are_the_same(subgraphs: list[Subgraph], theirs: dict[str, str]) -> None:
    ours = cache_policies(compose(subgraphs).supergraph_sdl)
    assert len(ours) > 100
    assert ours == cache_policies(theirs["supergraph"])


def test_clients_see_the_same(subgraphs: list[Subgraph], theirs: dict[str, str]) -> None:
    ours = compose(subgraphs).api_schema_sdl
    assert sorted_print(ours) == sorted_print(theirs["api"])
    assert "cacheControl" not in ours
