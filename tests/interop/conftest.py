"""The gateways of others, installed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.interop import npm
from tests.interop.gateways import FOLDER, OTHERS, OURS, gateway

ROOT = Path(__file__).parents[2]
GATEWAYS = (OURS, *OTHERS)


@pytest.fixture(scope="session")
def start() -> Iterator[Callable[[str, Path], httpx.Client]]:
    """`start(name, supergraph)` gives a client of a gateway; the same one for the same supergraph."""
    started: dict[tuple[str, Path], httpx.Client] = {}
    with ExitStack() as stack:

        def once(name: str, supergraph: Path) -> httpx.Client:
            if name in OTHERS:
                npm.install(FOLDER)
            if (name, supergraph) not in started:
                started[name, supergraph] = stack.enter_context(gateway(name, supergraph))
            return started[name, supergraph]

        yield once


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "gateway_name" in metafunc.fixturenames:
        metafunc.parametrize("gateway_name", GATEWAYS)
