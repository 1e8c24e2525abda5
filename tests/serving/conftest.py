"""Routers as processes, and one subgraph for them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.serving.processes import SUPERGRAPH, Router, Subgraph, routers, subgraph


@pytest.fixture
def greetings() -> Iterator[Subgraph]:
    """The subgraph that all fields of these tests come from."""
    with subgraph() as found:
        yield found


@pytest.fixture
def supergraph(tmp_path: Path, greetings: Subgraph) -> Path:
    """A file to change, whose subgraph runs."""
    file = tmp_path / "supergraph.graphql"
    file.write_text(SUPERGRAPH.read_text().replace("http://127.0.0.1:1/greetings", f"{greetings.url}/now"))
    return file


@pytest.fixture
def start() -> Iterator[Callable[..., Router]]:
    """`start(supergraph, "--option", …, NAME="value")` gives a router that answers."""
    with routers() as found:
        yield found
